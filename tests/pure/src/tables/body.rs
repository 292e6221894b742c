//! A body that is made from a table, with the invented values.

use serde_json::{Map, Value};

use super::edition::Edition;
use super::json_type::JsonType;
use super::member::{Member, Nullness, ValueType};
use super::object_type::ObjectType;

/// Which of the bodies that a table allows is made.
#[derive(Debug, Clone, PartialEq)]
pub enum Variation {
    /// The values as they stand.
    Plain,
    /// `null` wherever it was seen.
    Nulls,
    /// The other form of each member that has one, where the types read it.
    Others,
    /// As in a year before some members were added.
    AsOf(u16),
    /// One member with another value.
    One {
        /// The table of its object.
        table: String,
        /// Its path in the table.
        path: String,
        /// The value.
        value: Value,
    },
}

impl Edition {
    /// A body, as the service would write an object.
    ///
    /// # Panics
    /// If a table is missing, or gives a value that its type cannot have.
    #[must_use]
    pub fn body(self, object: &ObjectType, variation: &Variation) -> Value {
        self.object(object, &Map::new(), variation)
    }

    /// An object, with some values that differ from the table's.
    fn object(self, object: &ObjectType, changes: &Map<String, Value>, variation: &Variation) -> Value {
        let maker = Maker { edition: self, object, variation };
        maker.members(self.members(&object.name), changes)
    }
}

/// Makes one object.
struct Maker<'a> {
    edition: Edition,
    object: &'a ObjectType,
    variation: &'a Variation,
}

impl Maker<'_> {
    fn members(&self, members: &[Member], changes: &Map<String, Value>) -> Value {
        let made = members.iter().filter_map(|member| {
            let value = self.value(member, changes.get(&member.name))?;
            Some((member.name.clone(), value))
        });
        Value::Object(made.collect())
    }

    /// The value of a member; `None` when the body lacks it.
    fn value(&self, member: &Member, change: Option<&Value>) -> Option<Value> {
        if let Variation::AsOf(year) = self.variation
            && member.since.is_some_and(|since| since > *year)
        {
            return None;
        }
        let given = change.or(member.value.as_ref());
        if let Some(varied) = self.varied(member) {
            return Some(varied);
        }
        match &member.value_type {
            ValueType::Object(object) => {
                Some(self.nested(&object.inside(self.object.element.as_deref()), given))
            }
            ValueType::Json(JsonType::Object) if !member.members.is_empty() && given.is_none() => {
                Some(self.members(&member.members, &Map::new()))
            }
            ValueType::Json(json) => {
                if member.absent && given.is_none() {
                    return None;
                }
                let value = given.unwrap_or_else(|| panic!("{} has no value", member.path));
                assert!(value.is_null() || json.fits(value), "{} is {value}", member.path);
                Some(value.clone())
            }
        }
    }

    /// The value that the variation asks for, if it asks for one.
    fn varied(&self, member: &Member) -> Option<Value> {
        match self.variation {
            Variation::Nulls if member.null == Nullness::Yes => Some(Value::Null),
            Variation::Others => {
                member.others.iter().find(|form| form.is_read).map(|form| form.value.clone())
            }
            Variation::One { table, path, value } if (table, path) == (&self.object.name, &member.path) => {
                Some(value.clone())
            }
            _ => None,
        }
    }

    /// An object that has a table, or an array of such objects. `given` holds the differences from the table.
    fn nested(&self, object: &ObjectType, given: Option<&Value>) -> Value {
        let make =
            |object, changes: &Map<String, Value>| self.edition.object(object, changes, self.variation);
        match given {
            Some(Value::Null) => Value::Null,
            Some(Value::Array(each)) if object.is_array() => {
                let element = object.element.as_ref().expect("an array of something");
                let changes = each.iter().map(|changes| changes.as_object().expect("changes"));
                changes.map(|changes| make(element, changes)).collect()
            }
            None if !object.is_array() => make(object, &Map::new()),
            Some(Value::Object(changes)) if !object.is_array() => make(object, changes),
            other => panic!("{object:?} is given as {other:?}"),
        }
    }
}
