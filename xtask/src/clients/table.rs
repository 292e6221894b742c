//! The results of the journeys, as a table.

use super::journey::Made;

const HEAD: [&str; 5] = ["client", "version", "manner", "calls", "result"];

/// Prints the table.
pub(crate) fn print(made: &[Made]) {
    let mut rows = vec![HEAD.map(str::to_owned)];
    rows.extend(made.iter().map(|made| {
        let [client, version, manner, calls] = made.cells.clone();
        let result = if made.failure.is_none() { "good" } else { "FAILED" };
        [client, version, manner, calls, result.to_owned()]
    }));
    let widths: [usize; 5] = std::array::from_fn(|column| {
        rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default()
    });
    for row in &rows {
        let cells = row.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}"));
        println!("{}", cells.collect::<Vec<_>>().join("  ").trim_end());
    }
}
