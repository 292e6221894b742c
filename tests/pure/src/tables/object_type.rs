//! Which object a body is: a table, and the table of the objects in it.

/// Which object a body is, such as `charge` or `list of refund`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectType {
    /// The table of the object. `array` has none: it is an array of the element.
    pub name: String,
    /// The object that it is of: a list's, a search's or an event's.
    pub element: Option<Box<ObjectType>>,
}

impl ObjectType {
    /// The element of an object that has nothing in it.
    const NOTHING: &str = "nothing";
    /// The element of the object around it.
    const GIVEN: &str = "*";

    /// Reads it as it stands in the tables.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        match text.split_once(" of ") {
            Some((name, element)) => {
                Self { name: name.to_owned(), element: Some(Box::new(Self::parse(element))) }
            }
            None => Self { name: text.to_owned(), element: None },
        }
    }

    /// The same inside of an object: `*` is that object's element.
    ///
    /// # Panics
    /// If there is a `*` and the object around is of nothing in particular.
    #[must_use]
    pub fn inside(&self, around: Option<&Self>) -> Self {
        if self.name == Self::GIVEN {
            return around.expect("an object that is of something").clone();
        }
        let element = self.element.as_ref().map(|element| Box::new(element.inside(around)));
        Self { name: self.name.clone(), element }
    }

    /// Whether there can be no such object.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        self.name == Self::NOTHING
    }

    /// Whether it is an array of its element.
    #[must_use]
    pub fn is_array(&self) -> bool {
        self.name == "array"
    }
}
