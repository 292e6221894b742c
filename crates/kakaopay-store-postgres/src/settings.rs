//! Facts about the whole store.

use kakaopay_store::{Setting, StoreError};

use crate::convert::column;
use crate::executor::Executor;
use crate::statements::Statements;

pub(crate) async fn read(
    executor: &Executor,
    statements: &Statements,
    setting: Setting,
) -> Result<Option<String>, StoreError> {
    let rows = executor.read(&statements.setting, &[&setting.name()]).await?;
    rows.first().map(|row| column(row, 0)).transpose()
}

/// Returns whether the setting had the text `from`, and so has the text `to` now.
pub(crate) async fn change(
    executor: &Executor,
    statements: &Statements,
    setting: Setting,
    from: Option<&str>,
    to: Option<&str>,
) -> Result<bool, StoreError> {
    let name = setting.name();
    let rows = match (from, to) {
        (None, None) => return read(executor, statements, setting).await.map(|text| text.is_none()),
        (None, Some(to)) => executor.once(&statements.add_setting, &[&name, &to]).await?,
        (Some(from), Some(to)) => executor.once(&statements.replace_setting, &[&name, &from, &to]).await?,
        (Some(from), None) => executor.once(&statements.remove_setting, &[&name, &from]).await?,
    };
    Ok(!rows.is_empty())
}
