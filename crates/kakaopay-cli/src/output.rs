//! Telling what happens, to people or to programs.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use serde_json::{Map, Value};

use crate::failure::Failure;

const NAME: Style = AnsiColor::Green.on_default().bold();
const SENT: Style = Style::new().dimmed();
const TROUBLE: Style = AnsiColor::Red.on_default().bold();
/// The width of the column with the steps' names.
const WIDTH: usize = 9;

/// One thing that happened.
#[derive(Debug)]
pub(crate) struct Step {
    name: &'static str,
    means: String,
    details: Vec<String>,
    fields: Map<String, Value>,
}

impl Step {
    /// A step, and what it means.
    pub(crate) fn new(name: &'static str, means: impl Into<String>) -> Self {
        Self { name, means: means.into(), details: Vec::new(), fields: Map::new() }
    }

    /// A line for people, such as what was sent.
    pub(crate) fn detail(mut self, line: impl Into<String>) -> Self {
        self.details.push(line.into());
        self
    }

    /// A field for programs.
    pub(crate) fn field(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.fields.insert(name.to_owned(), value.into());
        self
    }
}

/// Tells steps in one of two ways.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Teller {
    json: bool,
}

impl Teller {
    pub(crate) fn new(json: bool) -> Self {
        Self { json }
    }

    /// Tells a step. A program gets its name and fields, a person what it means and what was sent.
    pub(crate) fn tell(self, step: Step) -> io::Result<()> {
        let mut out = anstream::stdout().lock();
        if self.json {
            let mut object = Map::new();
            object.insert("step".to_owned(), step.name.into());
            object.extend(step.fields);
            return writeln!(out, "{}", Value::Object(object));
        }
        writeln!(out, "{NAME}{:>WIDTH$}{NAME:#}  {}", step.name, step.means)?;
        for line in step.details {
            writeln!(out, "{:>WIDTH$}  {SENT}{line}{SENT:#}", "")?;
        }
        Ok(())
    }
}

/// Tells on standard error what went wrong.
pub(crate) fn trouble(failure: &Failure) {
    // There is nowhere left to say that this could not be said.
    let _ = writeln!(anstream::stderr(), "{TROUBLE}error:{TROUBLE:#} {failure}");
}
