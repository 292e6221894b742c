//! A member of an object, as a table describes it.

use serde_json::Value;

use super::json_type::JsonType;
use super::object_type::ObjectType;

/// A member of an object, as a table describes it.
#[derive(Debug, Clone)]
pub struct Member {
    /// The name in its object.
    pub name: String,
    /// The name with those of the objects around it, up to the table's: `limits.charge_amount.min`.
    pub path: String,
    /// The type when it is not `null`.
    pub value_type: ValueType,
    /// Whether it can be `null`.
    pub null: Nullness,
    /// The year from which bodies have it; `None` when all have.
    pub since: Option<u16>,
    /// How the sandbox differs.
    pub sandbox: Option<Difference>,
    /// The invented value; `None` where the table gives none.
    pub value: Option<Value>,
    /// Whether the invented body lacks it.
    pub absent: bool,
    /// Other forms in which it was seen.
    pub others: Vec<Form>,
    /// The members of an object that has no table of its own.
    pub members: Vec<Member>,
}

/// A form in which a member was seen.
#[derive(Debug, Clone)]
pub struct Form {
    /// An invented value.
    pub value: Value,
    /// Whether the types read it.
    pub is_read: bool,
}

/// The type of a member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ValueType {
    /// A JSON type.
    Json(JsonType),
    /// An object with a table, or an array of such.
    Object(ObjectType),
}

/// Whether a member can be `null`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nullness {
    /// It never was.
    No,
    /// It was seen both ways.
    Yes,
    /// It was never seen set.
    Always,
}

/// How the sandbox differs from the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Difference {
    /// It lacks the member.
    NotYet,
    /// It writes the member in another place.
    Elsewhere,
    /// KakaoPay never sets the member.
    Null,
    /// KakaoPay always sets the member.
    Set,
    /// KakaoPay has no such member.
    Never,
}

impl Member {
    /// Reads the lines of a table into members.
    ///
    /// # Panics
    /// If a line cannot be understood; the message names it.
    #[must_use]
    pub fn parse_all(lines: &[&str]) -> Vec<Self> {
        let mut members: Vec<Self> = Vec::new();
        for line in lines {
            let cells: Vec<_> = line.splitn(6, '|').map(str::trim).collect();
            let [path, value_type, null, since, sandbox, value] = cells[..] else {
                panic!("six cells: {line}")
            };
            if path.is_empty() {
                let last = members.last_mut().expect("a member above its other form");
                last.others.push(Form::parse(value_type, sandbox, value, line));
                continue;
            }
            let member = Self {
                name: path.rsplit('.').next().unwrap_or_default().to_owned(),
                path: path.to_owned(),
                value_type: ValueType::parse(value_type),
                null: Nullness::parse(null, line),
                since: (!since.is_empty()).then(|| since.parse().expect("a year")),
                sandbox: (!sandbox.is_empty()).then(|| Difference::parse(sandbox, line)),
                value: (!value.is_empty() && value != "absent").then(|| json(value, line)),
                absent: value == "absent",
                others: Vec::new(),
                members: Vec::new(),
            };
            place(&mut members, path, member);
        }
        members
    }
}

/// Puts a member into the object that its path leads to.
fn place(members: &mut Vec<Member>, path: &str, member: Member) {
    match path.split_once('.') {
        None => members.push(member),
        Some((object, rest)) => {
            let around = members.iter_mut().find(|member| member.name == object);
            place(&mut around.expect("an object above its members").members, rest, member);
        }
    }
}

fn json(text: &str, line: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {line}"))
}

impl Form {
    fn parse(value_type: &str, mark: &str, value: &str, line: &str) -> Self {
        let value = json(value, line);
        let fits = JsonType::parse(value_type).is_some_and(|json| json.fits(&value));
        assert!(fits, "a value of its type: {line}");
        assert!(["", "types: not yet"].contains(&mark), "a mark of the types: {line}");
        Self { value, is_read: mark.is_empty() }
    }
}

impl ValueType {
    fn parse(text: &str) -> Self {
        JsonType::parse(text).map_or_else(|| Self::Object(ObjectType::parse(text)), Self::Json)
    }
}

impl Nullness {
    fn parse(text: &str, line: &str) -> Self {
        match text {
            "no" => Self::No,
            "yes" => Self::Yes,
            "always" => Self::Always,
            _ => panic!("no, yes or always: {line}"),
        }
    }
}

impl Difference {
    fn parse(text: &str, line: &str) -> Self {
        match text {
            "not yet" => Self::NotYet,
            "elsewhere" => Self::Elsewhere,
            "null" => Self::Null,
            "set" => Self::Set,
            "never" => Self::Never,
            _ => panic!("a difference of the sandbox: {line}"),
        }
    }
}
