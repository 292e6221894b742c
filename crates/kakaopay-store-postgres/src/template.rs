//! Makes statements from templates: with the store's schema and clock.

use crate::schema_name::SchemaName;

/// Milliseconds since the Unix epoch by the server's clock, when the expression is evaluated and not when its
/// transaction began.
pub(crate) const SERVER_CLOCK: &str = "(extract(epoch FROM pg_catalog.clock_timestamp()) * 1000)::bigint";

/// The column in which a statement returns the time by which it judged and which it set.
pub(crate) const STORE_NOW: &str = "store_now";

/// Reads the store's clock.
pub(crate) const READ_CLOCK: &str = "WITH {clock} SELECT now AS store_now FROM clock";

/// Whether the store is not closed.
const IS_OPEN: &str = "NOT EXISTS (SELECT FROM {schema}.setting WHERE name = 'closed')";

/// Makes statements for one store.
#[derive(Debug)]
pub(crate) struct Template<'a> {
    schema: &'a SchemaName,
    now: &'a str,
}

impl<'a> Template<'a> {
    /// Statements of this schema, with this expression for the store's clock.
    pub(crate) fn new(schema: &'a SchemaName, now: &'a str) -> Self {
        Self { schema, now }
    }

    /// A text of SQL with the schema for `{schema}`, and for `{clock}` a table of one row that shows the store's clock:
    /// each statement looks at it once.
    pub(crate) fn fill(&self, template: &str) -> String {
        let template = template.replace("{open}", IS_OPEN);
        let clock = format!("clock AS MATERIALIZED (SELECT {} AS now)", self.now);
        self.schema.fill(&template.replace("{clock}", &clock).replace("{now}", "(SELECT now FROM clock)"))
    }
}
