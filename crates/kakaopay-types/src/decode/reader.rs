//! A reader of JSON in the service's exact form.

/// Reads JSON from front to back and gives up at the first deviation.
///
/// It supports no escapes, no fractions and no numbers of more than 18 digits, and reports no reason:
/// the caller falls back on serde. Between two calls its position is the start of a value, of a
/// member's name, or of a closing bracket.
#[allow(unnameable_types, reason = "belongs to the trait that seals `Decode`")]
#[derive(Debug, Clone)]
pub struct Reader<'a> {
    json: &'a str,
    at: usize,
    gap: Gap,
}

/// The whitespace before the last member's name, up to eight bytes. The members of one object nearly
/// always have the same indentation, so the next whitespace is compared with it.
#[derive(Debug, Clone, Copy, Default)]
struct Gap {
    space: u64,
    mask: u64,
    length: usize,
}

/// Maximum nesting of a value of any kind.
const MAX_DEPTH: u8 = 8;
/// The number of digits that always fit an `i64`.
const MAX_DIGITS: usize = 18;

impl<'a> Reader<'a> {
    /// Starts at the beginning of the bytes, if they are UTF-8.
    pub(super) fn new(bytes: &'a [u8]) -> Option<Self> {
        let mut reader = Self { json: str::from_utf8(bytes).ok()?, at: 0, gap: Gap::default() };
        reader.skip_space();
        Some(reader)
    }

    /// Checks that only whitespace follows the value.
    pub(super) fn finish(&mut self) -> Option<()> {
        self.skip_space();
        (self.at == self.json.len()).then_some(())
    }

    /// Enters an object.
    pub(crate) fn open_object(&mut self) -> Option<()> {
        self.expect(b'{')?;
        self.skip_space();
        Some(())
    }

    /// Reads a member's value if the member is next, and otherwise returns its absent value. `name` has
    /// its quotes and its colon.
    // Inlining makes the name a constant, and comparing it takes a few instructions. Inlining more is
    // slower: the code of a charge is as large as a processor's instruction cache.
    #[inline(always)]
    pub(crate) fn member<T: super::InOrder>(&mut self, name: &str) -> Option<T> {
        if !self.take(name) {
            return T::absent();
        }
        self.after_name();
        let value = T::in_order(self)?;
        self.end_member()?;
        Some(value)
    }

    /// Leaves an object after its last member.
    pub(crate) fn close_object(&mut self) -> Option<()> {
        self.expect(b'}')
    }

    /// Reads every member of an object, whatever its name.
    pub(super) fn members(&mut self, mut read: impl FnMut(&mut Self, &'a str) -> Option<()>) -> Option<()> {
        self.open_object()?;
        while self.peek() != Some(b'}') {
            let name = self.text()?;
            self.skip_space();
            self.expect(b':')?;
            self.skip_space();
            read(self, name)?;
            self.end_member()?;
        }
        self.close_object()
    }

    /// Reads every element of an array.
    pub(crate) fn elements(&mut self, mut read: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        self.expect(b'[')?;
        self.skip_space();
        if self.take("]") {
            return Some(());
        }
        loop {
            read(self)?;
            self.skip_space();
            if self.take("]") {
                return Some(());
            }
            self.expect(b',')?;
            self.skip_space();
        }
    }

    /// Reads a string without escapes.
    #[inline(always)]
    pub(crate) fn text(&mut self) -> Option<&'a str> {
        self.expect(b'"')?;
        let from = self.at;
        let stops = loop {
            match special(self.word(self.at)) {
                0 => self.at += 8,
                stops => break stops,
            }
        };
        self.at += (stops.trailing_zeros() / 8) as usize;
        let text = self.json.get(from..self.at)?;
        self.expect(b'"')?;
        Some(text)
    }

    /// Reads an integer.
    #[inline(always)]
    pub(crate) fn integer(&mut self) -> Option<i64> {
        let negative = self.take("-");
        let rest = self.rest();
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let leading_zero = rest.first() == Some(&b'0') && (digits > 1 || negative);
        let goes_on = matches!(rest.get(digits), Some(b'.' | b'e' | b'E'));
        if digits == 0 || digits > MAX_DIGITS || leading_zero || goes_on {
            return None;
        }
        let value = rest[..digits].iter().fold(0, |value, digit| value * 10 + i64::from(digit - b'0'));
        self.at += digits;
        Some(if negative { -value } else { value })
    }

    /// Reads `true` or `false`.
    pub(crate) fn truth(&mut self) -> Option<bool> {
        if self.take("false") {
            return Some(false);
        }
        self.take("true").then_some(true)
    }

    /// Reads `null` if it is next, and returns whether it was.
    #[inline(always)]
    pub(crate) fn null(&mut self) -> bool {
        self.take("null")
    }

    /// Reads any JSON value.
    pub(super) fn value(&mut self, depth: u8) -> Option<serde_json::Value> {
        use serde_json::Value;
        match self.peek()? {
            b'n' => self.null().then_some(Value::Null),
            b't' | b'f' => self.truth().map(Value::Bool),
            b'"' => self.text().map(Value::from),
            b'{' => self.map(depth).map(Value::Object),
            b'[' if depth < MAX_DEPTH => {
                let mut list = Vec::new();
                self.elements(|reader| {
                    list.push(reader.value(depth + 1)?);
                    Some(())
                })?;
                Some(Value::Array(list))
            }
            _ => self.integer().map(Value::from),
        }
    }

    /// Reads any object.
    pub(super) fn map(&mut self, depth: u8) -> Option<serde_json::Map<String, serde_json::Value>> {
        if depth >= MAX_DEPTH {
            return None;
        }
        let mut map = serde_json::Map::new();
        self.members(|reader, name| {
            map.insert(name.to_owned(), reader.value(depth + 1)?);
            Some(())
        })?;
        Some(map)
    }

    /// Skips the comma after a member, up to the next name, or stops at the end.
    #[inline(never)]
    fn end_member(&mut self) -> Option<()> {
        if self.peek() == Some(b',') {
            let after = self.at + 1;
            let next = after + self.gap.length;
            if self.byte(next) == Some(b'"') && (self.word(after) ^ self.gap.space) & self.gap.mask == 0 {
                self.at = next;
                return Some(());
            }
        }
        self.end_member_elsewhere()
    }

    #[inline(always)]
    fn after_name(&mut self) {
        if self.peek() == Some(b' ') {
            self.at += 1;
        }
        if self.peek().is_some_and(|byte| byte <= b' ') {
            self.more_space();
        }
    }

    #[cold]
    fn more_space(&mut self) {
        self.skip_space()
    }

    #[cold]
    fn end_member_elsewhere(&mut self) -> Option<()> {
        self.skip_space();
        if self.take(",") {
            let after = self.at;
            self.skip_space();
            self.learn_gap(after);
            return (self.peek() == Some(b'"')).then_some(());
        }
        (self.peek() == Some(b'}')).then_some(())
    }

    fn learn_gap(&mut self, from: usize) {
        let length = self.at - from;
        if length <= 8 {
            let mask = (0..length).fold(0, |mask, _| mask << 8 | 0xFF);
            self.gap = Gap { space: self.word(from), mask, length };
        }
    }

    #[inline(always)]
    fn take(&mut self, expected: &str) -> bool {
        let taken = self.rest().starts_with(expected.as_bytes());
        if taken {
            self.at += expected.len();
        }
        taken
    }

    #[inline(always)]
    fn expect(&mut self, byte: u8) -> Option<()> {
        (self.peek()? == byte).then(|| self.at += 1)
    }

    #[inline(always)]
    fn peek(&self) -> Option<u8> {
        self.byte(self.at)
    }

    #[inline(always)]
    fn byte(&self, at: usize) -> Option<u8> {
        self.json.as_bytes().get(at).copied()
    }

    #[inline(always)]
    fn rest(&self) -> &'a [u8] {
        self.json.as_bytes().get(self.at..).unwrap_or_default()
    }

    #[inline(always)]
    fn skip_space(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.peek() {
            self.at += 1;
        }
    }

    /// Returns the next eight bytes in little-endian order, zero-padded at the end.
    #[inline(always)]
    fn word(&self, at: usize) -> u64 {
        let rest = self.json.as_bytes().get(at..).unwrap_or_default();
        rest.first_chunk().map_or_else(|| last_word(rest), |chunk| u64::from_le_bytes(*chunk))
    }
}

/// Returns the last bytes, fewer than eight.
#[cold]
fn last_word(rest: &[u8]) -> u64 {
    rest.iter().rev().fold(0, |word, &byte| word << 8 | u64::from(byte))
}

/// Repeats a byte eight times.
const fn eight(byte: u8) -> u64 {
    u64::from_le_bytes([byte; 8])
}

/// Marks the bytes that end a string or are not supported in it: a quote, a backslash, a control
/// character. Bytes after the first marked one may be marked wrongly.
#[inline]
fn special(word: u64) -> u64 {
    let below = |word: u64, limit: u8| word.wrapping_sub(eight(limit)) & !word;
    let is = |byte: u8| below(word ^ eight(byte), 1);
    (below(word, b' ') | is(b'"') | is(b'\\')) & eight(0x80)
}
