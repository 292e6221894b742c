//! The shell that starts the server and ends it, at the latest when this process ends.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use crate::data_dir::DataDir;

/// Takes one command a line; the end of its input is the end of the process that started it.
///
/// The server is the shell's own child, so that a killed one is reaped and its lock is free. Its
/// own children are killed with it, as a loss of power would. `$1` is the folder of the programs
/// and `$2` that of the server.
const SCRIPT: &str = r#"
pid=
frozen=
thaw() {
    [ -z "$frozen" ] || kill -CONT $frozen 2>/dev/null
    frozen=
}
end() {
    [ -n "$pid" ] || return 0
    thaw
    kill "-$1" "$pid" 2>/dev/null
    wait "$pid" 2>/dev/null
    pid=
}
# A killed server may leave half a line behind.
say_done() {
    printf '\n%s\n' 'supervisor: done'
}
while read -r command port; do
    case $command in
    start)
        end QUIT
        "$1/postgres" -D "$2/data" -p "$port" -k "$2" -h 127.0.0.1 2>&1 &
        pid=$!
        ;;
    stop) end INT; say_done ;;
    freeze)
        kill -STOP "$pid"
        frozen="$pid $(cat "/proc/$pid/task/$pid/children")"
        kill -STOP $frozen
        say_done
        ;;
    thaw) thaw; say_done ;;
    kill)
        children=$(cat "/proc/$pid/task/$pid/children" 2>/dev/null)
        kill -KILL "$pid" $children 2>/dev/null
        end KILL
        say_done
        ;;
    esac
done
end QUIT
cd / && rm -rf "$2"
"#;

/// A line of the server's log or the shell.
#[derive(Debug, PartialEq, Eq)]
enum News {
    Ready,
    /// It did not start: processes of the one before have not ended, or its port is taken.
    Taken,
    Failed(String),
    Done,
}

/// The shell that starts the server and ends it.
#[derive(Debug)]
pub(crate) struct Supervisor {
    shell: Child,
    commands: Option<ChildStdin>,
    news: Receiver<News>,
}

impl Supervisor {
    pub(crate) fn new(data_dir: &DataDir, programs: &Path, small_disk: Option<u32>) -> Self {
        let shell = Path::new("/bin/sh");
        let mut command: Command = match small_disk {
            Some(megabytes) => data_dir.command_with_small_disk(megabytes, shell),
            None => data_dir.command(shell),
        };
        command.args(["-c", SCRIPT, "sh"]).arg(programs).arg(data_dir.path());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        // An interrupt at the terminal is for the tests; the server ends after them.
        let mut shell = command.process_group(0).spawn().expect("a shell");
        let output = shell.stdout.take().expect("it is piped");
        let (told, news) = channel();
        thread::spawn(move || listen(BufReader::new(output), &told));
        Self { commands: shell.stdin.take(), shell, news }
    }

    /// Starts the server and waits until it answers. `false` when something is in its way: processes of
    /// the one before, which go by themselves, or another process on this port.
    pub(crate) fn start(&mut self, port: u16) -> bool {
        self.say(&format!("start {port}"));
        match self.news.recv().expect("the server's log") {
            News::Ready => true,
            News::Taken => false,
            other => panic!("PostgreSQL does not start: {other:?}"),
        }
    }

    /// Ends the server or halts it: `stop` lets it finish, `kill` takes its power, `freeze` stops every process of it
    /// until `thaw`.
    pub(crate) fn signal(&mut self, how: &str) {
        self.say(how);
        while self.news.recv().expect("the shell's answer") != News::Done {}
    }

    fn say(&mut self, command: &str) {
        let commands = self.commands.as_mut().expect("it is not dropped");
        writeln!(commands, "{command}").expect("a shell that listens");
    }
}

impl Drop for Supervisor {
    fn drop(&mut self) {
        drop(self.commands.take());
        // It has nothing to tell that would change anything.
        let _ = self.shell.wait();
    }
}

/// Reads the log for ever, or the server would stand still once the pipe is full.
fn listen(log: impl BufRead, told: &Sender<News>) {
    for line in log.lines().map_while(Result::ok) {
        let news = if line.contains("database system is ready to accept") {
            News::Ready
        } else if line == "supervisor: done" {
            News::Done
        } else if line.contains("pre-existing shared memory")
            || line.contains("could not create any TCP/IP sockets")
        {
            News::Taken
        } else if line.contains("FATAL:  could not") || line.contains("FATAL:  configuration") {
            News::Failed(line)
        } else {
            continue;
        };
        // Nobody may listen any more, and the log is read all the same.
        let _ = told.send(news);
    }
}
