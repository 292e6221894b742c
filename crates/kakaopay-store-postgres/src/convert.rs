//! Reads a column of a row.

use kakaopay_store::StoreError;
use kakaopay_store::sql::corrupt;
use tokio_postgres::Row;
use tokio_postgres::types::FromSql;

/// A column of a row; `Corrupt` if it has another type than this crate writes.
pub(crate) fn column<'a, T: FromSql<'a>>(row: &'a Row, index: usize) -> Result<T, StoreError> {
    row.try_get(index).map_err(corrupt)
}
