//! The table, or a line of JSON each.

use serde_json::json;

/// What was measured so far.
#[derive(Debug)]
pub(crate) struct Report {
    json: bool,
    names: Vec<String>,
}

impl Report {
    /// A report of everything, or of the named figures.
    pub(crate) fn new(json: bool, names: Vec<String>) -> Self {
        Self { json, names }
    }

    /// Whether any of these figures is asked for.
    pub(crate) fn wants(&self, names: &[&str]) -> bool {
        let asks = |asked: &String, name: &str| {
            name.strip_prefix(asked.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
        };
        self.names.is_empty() || names.iter().any(|name| self.names.iter().any(|asked| asks(asked, name)))
    }

    /// Whether any figure of these families is asked for; a family's name begins the names of its figures.
    pub(crate) fn wants_any_of(&self, families: &[&str]) -> bool {
        self.names.is_empty() || self.names.iter().any(|asked| families.iter().any(|family| asked.starts_with(family)))
    }

    /// Prints a figure that should not be above its budget.
    pub(crate) fn at_most(&mut self, name: &str, value: f64, unit: &str, budget: f64) {
        self.line(name, value, unit, budget, value <= budget);
    }

    /// Prints a figure that should not be below its budget.
    pub(crate) fn at_least(&mut self, name: &str, value: f64, unit: &str, budget: f64) {
        self.line(name, value, unit, budget, value >= budget);
    }

    /// Prints a figure that has no budget.
    pub(crate) fn information(&mut self, name: &str, value: f64, unit: &str) {
        if !self.wants(&[name]) {
            return;
        }
        if self.json {
            println!("{}", json!({ "name": name, "value": value, "unit": unit, "budget": null, "ok": true }));
        } else {
            println!("{name:<44} {value:>12.2} {unit:<9}");
        }
    }

    fn line(&mut self, name: &str, value: f64, unit: &str, budget: f64, ok: bool) {
        if !self.wants(&[name]) {
            return;
        }
        if self.json {
            println!("{}", json!({ "name": name, "value": value, "unit": unit, "budget": budget, "ok": ok }));
        } else {
            let verdict = if ok { "ok" } else { "MISSED" };
            println!("{name:<44} {value:>12.2} {unit:<9} budget {budget:>10.2}  {verdict}");
        }
    }
}

/// The middle one.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
