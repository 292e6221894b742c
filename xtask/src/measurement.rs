//! A measured value and its ratio to a baseline.

use serde_json::Value;

use crate::shell::Problem;

/// A measured value, by its name.
pub(crate) type Measured = (String, f64);

/// A quantity to measure, its unit, and its baselines.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Measure {
    pub(crate) name: &'static str,
    pub(crate) unit: &'static str,
    /// Names of baselines: in `charge/value`, the part behind the slash. A group has one of them.
    pub(crate) bases: &'static [&'static str],
}

/// A value with its ratio to the base of the same run.
#[derive(Debug)]
pub(crate) struct Measurement {
    measure: Measure,
    bench: String,
    base: String,
    value: f64,
    ratio: f64,
}

impl Measure {
    /// The measurements of one run, each group from the smallest up.
    pub(crate) fn measurements(self, measured: &[Measured]) -> Result<Vec<Measurement>, Problem> {
        let measurements = measured.iter().map(|(bench, value)| self.measurement(bench, *value, measured));
        let mut measurements = measurements.collect::<Result<Vec<_>, _>>()?;
        measurements.sort_by(|a, b| a.base.cmp(&b.base).then(a.value.total_cmp(&b.value)));
        Ok(measurements)
    }

    fn measurement(self, bench: &str, value: f64, measured: &[Measured]) -> Result<Measurement, Problem> {
        let group = bench.rsplit_once('/').map_or("", |(group, _)| group);
        let of_base = measured.iter().find(|(name, value)| {
            let (of, name) = name.rsplit_once('/').unwrap_or(("", name));
            of == group && self.bases.contains(&name) && *value > 0.0
        });
        let (base, of_base) =
            of_base.ok_or_else(|| Problem::new(format!("{bench} has no {} to compare with", self.name)))?;
        let base = base.clone();
        Ok(Measurement { measure: self, bench: bench.to_owned(), value, ratio: value / of_base, base })
    }
}

impl Measurement {
    /// One JSON object in one line, for programs.
    pub(crate) fn json(&self) -> String {
        let (bench, base) = (Value::from(self.bench.as_str()), Value::from(self.base.as_str()));
        let Self { measure: Measure { name, unit, .. }, value, ratio, .. } = self;
        format!(
            r#"{{"bench":{bench},"measure":"{name}","value":{value},"unit":"{unit}","base":{base},"ratio":{ratio}}}"#
        )
    }

    /// One row of a table, for people.
    pub(crate) fn row(&self) -> String {
        let Self { measure: Measure { name, unit, .. }, bench, base, value, ratio } = self;
        format!("{bench:30} {name:12} {value:12.1} {unit:5} {ratio:6.2} × {base}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIME: Measure = Measure { name: "time", unit: "ns", bases: &["value"] };

    #[track_caller]
    fn check(measured: &[(&str, f64)], expected: &[&str]) {
        let measured: Vec<_> = measured.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect();
        let measurements = TIME.measurements(&measured).expect("measurements");
        assert_eq!(measurements.iter().map(Measurement::json).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_figure_is_held_against_the_base_of_its_group() {
        check(
            &[("b/value", 200.0), ("a/mine", 5.0), ("a/value", 2.0), ("b/mine", 50.5)],
            &[
                r#"{"bench":"a/value","measure":"time","value":2,"unit":"ns","base":"a/value","ratio":1}"#,
                r#"{"bench":"a/mine","measure":"time","value":5,"unit":"ns","base":"a/value","ratio":2.5}"#,
                r#"{"bench":"b/mine","measure":"time","value":50.5,"unit":"ns","base":"b/value","ratio":0.2525}"#,
                r#"{"bench":"b/value","measure":"time","value":200,"unit":"ns","base":"b/value","ratio":1}"#,
            ],
        );
        check(
            &[("value", 4.0), ("mine", 1.0)],
            &[
                r#"{"bench":"mine","measure":"time","value":1,"unit":"ns","base":"value","ratio":0.25}"#,
                r#"{"bench":"value","measure":"time","value":4,"unit":"ns","base":"value","ratio":1}"#,
            ],
        );
        check(&[], &[]);
    }

    #[test]
    fn a_line_has_six_keys() {
        let measurements = TIME.measurements(&[("value".to_owned(), 0.1)]).expect("measurements");
        let line: Value = serde_json::from_str(&measurements[0].json()).expect("JSON");
        let mut keys: Vec<_> = line.as_object().expect("an object").keys().collect();
        keys.sort();
        assert_eq!(keys, ["base", "bench", "measure", "ratio", "unit", "value"]);
    }

    #[test]
    fn there_is_no_ratio_to_nothing() {
        assert!(TIME.measurements(&[("mine".to_owned(), 1.0)]).is_err());
        assert!(TIME.measurements(&[("mine".to_owned(), 1.0), ("value".to_owned(), 0.0)]).is_err());
    }
}
