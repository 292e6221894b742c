//! Output of a command, for people or as JSON.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use serde_json::{Map, Value};

use crate::failure::Failure;
use crate::terminal::{escaped, escaped_json};

const NAME: Style = AnsiColor::Green.on_default().bold();
const DETAIL: Style = Style::new().dimmed();
const ERROR: Style = AnsiColor::Red.on_default().bold();
/// Width of the column with the steps' names.
const WIDTH: usize = 9;

/// One step of a command's output.
#[derive(Debug)]
pub(crate) struct Step {
    name: &'static str,
    text: String,
    details: Vec<String>,
    fields: Map<String, Value>,
}

impl Step {
    /// Creates a step with a text for people.
    pub(crate) fn new(name: &'static str, text: impl Into<String>) -> Self {
        Self { name, text: text.into(), details: Vec::new(), fields: Map::new() }
    }

    /// Adds a line for people, such as a request.
    pub(crate) fn detail(mut self, line: impl Into<String>) -> Self {
        self.details.push(line.into());
        self
    }

    /// Adds a field of the JSON object.
    pub(crate) fn field(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.fields.insert(name.to_owned(), value.into());
        self
    }
}

/// Prints steps to standard output.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Printer {
    json: bool,
}

impl Printer {
    pub(crate) fn new(json: bool) -> Self {
        Self { json }
    }

    /// Prints a step: its name and fields as JSON, or its text and details for people. Text from outside stands in
    /// both, so that all of it is escaped.
    pub(crate) fn print(self, step: Step) -> Result<(), Failure> {
        self.write(step).map_err(Failure::stdout)
    }

    fn write(self, step: Step) -> io::Result<()> {
        let mut out = anstream::stdout().lock();
        if self.json {
            let mut object = Map::new();
            object.insert("step".to_owned(), step.name.into());
            object.extend(step.fields);
            return writeln!(out, "{}", escaped_json(&Value::Object(object).to_string()));
        }
        writeln!(out, "{NAME}{:>WIDTH$}{NAME:#}  {}", step.name, escaped(&step.text))?;
        for line in step.details {
            writeln!(out, "{:>WIDTH$}  {DETAIL}{}{DETAIL:#}", "", escaped(&line))?;
        }
        Ok(())
    }
}

/// Prints a failure to standard error.
pub(crate) fn print_failure(failure: &Failure) {
    // If standard error fails, no other output is left.
    let mut err = anstream::stderr().lock();
    let _ = writeln!(err, "{ERROR}error:{ERROR:#} {}", escaped(&failure.to_string()));
    if matches!(failure, Failure::Usage(_)) {
        // As clap ends its own messages.
        let _ = writeln!(err, "\nFor more information, try '--help'.");
    }
}
