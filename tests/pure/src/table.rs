//! A table of a machine: states across, inputs down, the effects of an input in each cell.

use std::collections::BTreeMap;
use std::fmt::Write as _;

/// A table, as it is written: the first line names the states, and each further one begins with an
/// input. Cells stand apart by white space.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Names of the states.
    pub states: Vec<String>,
    /// Names of the inputs, each with a cell for each state.
    pub rows: Vec<(String, Vec<String>)>,
}

impl Table {
    /// Reads a table that is written out, with the inputs and the cells divided by bars.
    ///
    /// # Panics
    /// If a line has another number of cells than there are states.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut lines = text.lines().filter(|line| !line.trim().is_empty()).map(|line| {
            let (input, cells) = line.split_once('|').expect("a bar behind the input");
            (input.trim().to_owned(), cells.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
        });
        let (_, states) = lines.next().expect("a line that names the states");
        let rows: Vec<_> = lines.collect();
        for (input, cells) in &rows {
            assert_eq!(cells.len(), states.len(), "{input}");
        }
        Self { states, rows }
    }

    /// Writes it out as [`Table::parse`] reads it.
    ///
    /// # Panics
    /// Never: a text takes everything.
    #[must_use]
    pub fn render(&self) -> String {
        let first = self.rows.iter().map(|(input, _)| input.chars().count()).max().unwrap_or(0);
        let width = |column: usize| {
            let cells = self.rows.iter().map(|(_, cells)| cells[column].chars().count());
            cells.chain([self.states[column].chars().count()]).max().unwrap_or(0)
        };
        let widths: Vec<_> = (0..self.states.len()).map(width).collect();
        let mut text = String::new();
        let mut line = |input: &str, cells: &[String]| {
            write!(text, "{input:first$} |").expect("text");
            for (cell, width) in cells.iter().zip(&widths) {
                write!(text, " {cell:width$}").expect("text");
            }
            text.truncate(text.trim_end().len());
            text.push('\n');
        };
        line("", &self.states);
        for (input, cells) in &self.rows {
            line(input, cells);
        }
        text
    }

    /// How many cells it has.
    #[must_use]
    pub fn cells(&self) -> usize {
        self.states.len() * self.rows.len()
    }

    /// Draws the ways from state to state: for each, the inputs that lead to another.
    ///
    /// # Panics
    /// Never: a text takes everything.
    #[must_use]
    pub fn diagram(&self) -> String {
        let mut text = String::new();
        let width = self.states.iter().map(|state| state.chars().count()).max().unwrap_or(0);
        for (column, from) in self.states.iter().enumerate() {
            let mut ways: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
            for (input, cells) in &self.rows {
                let to = cells[column].split('+').next().unwrap_or_default();
                if self.states.iter().any(|state| state == to) && to != from {
                    ways.entry(to).or_default().push(input);
                }
            }
            let mut name = from.as_str();
            for to in self.states.iter().filter(|state| ways.contains_key(state.as_str())) {
                for (index, input) in ways[to.as_str()].iter().enumerate() {
                    let (arrow, to) = if index == 0 { ("──►", to.as_str()) } else { ("   ", "") };
                    writeln!(text, "{name:width$} {arrow} {to:width$}  {input}").expect("text");
                    name = "";
                }
            }
            if !ways.is_empty() {
                text.push('\n');
            }
        }
        text.truncate(text.trim_end().len());
        text.push('\n');
        text
    }
}
