//! Tables of texts, with one text of each language for each key.

/// Declares a struct of texts. A language that lacks a text does not compile.
macro_rules! texts {
    ($(#[$meta:meta])* $visible:vis struct $name:ident { $($key:ident),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug)]
        $visible struct $name {
            $($visible $key: &'static str,)*
        }

        #[cfg(test)]
        impl $name {
            /// Returns every text with its key.
            fn all(&self) -> Vec<(&'static str, &'static str)> {
                vec![$((stringify!($key), self.$key)),*]
            }
        }
    };
}

pub(crate) use texts;

/// Replaces the placeholder of a text by a value.
pub(crate) fn fill(text: &str, placeholder: &str, value: impl ToString) -> String {
    text.replace(&format!("{{{placeholder}}}"), &value.to_string())
}

/// Checks the texts in English, Thai and Korean.
#[cfg(test)]
#[track_caller]
pub(crate) fn check([english, thai, korean]: [Vec<(&'static str, &'static str)>; 3]) {
    for (((key, english), (_, thai)), (_, korean)) in english.into_iter().zip(thai).zip(korean) {
        kakaopay_text_rules::check(key, [english, thai, korean]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_placeholder_is_filled() {
        assert_eq!(fill("Pay {amount} {n}", "amount", "SGD 1.00"), "Pay SGD 1.00 {n}");
        assert_eq!(fill("{n}건", "n", 3), "3건");
    }
}
