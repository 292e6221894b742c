//! Words that hide the subject of a sentence, counted in doc comments and documents.

use std::collections::BTreeMap;
use std::path::Path;

use super::files::is_rust;

/// Words, and how many of a thousand lines may have one.
const LIMITS: [(&str, usize); 6] =
    [("what", 15), ("told", 0), ("whoever", 0), ("nobody", 0), ("somebody", 0), ("by and by", 0)];
/// Mark between blocks of text. A phrase does not run across it.
const BREAK: &str = "\n";

/// Counts of one crate, or of all.
#[derive(Debug, Default, Clone, PartialEq)]
struct Count {
    lines: usize,
    words: [usize; LIMITS.len()],
}

/// Counts by crate.
#[derive(Debug, Default)]
pub(super) struct Prose(BTreeMap<String, Count>);

impl Prose {
    /// Adds a file, named from the root.
    pub(super) fn add(&mut self, file: &Path, text: &str) {
        let document = file.extension().is_some_and(|extension| extension == "md");
        if is_rust(file) || document {
            let lines: Vec<_> = if document { text.lines().collect() } else { doc_lines(text) };
            self.0.entry(crate_of(file)).or_default().add(&lines);
        }
    }

    fn total(&self) -> Count {
        self.0.values().fold(Count::default(), |total, count| Count {
            lines: total.lines + count.lines,
            words: std::array::from_fn(|word| total.words[word] + count.words[word]),
        })
    }

    /// Reports each word that stands more often than it may, in all crates together.
    pub(super) fn findings(&self) -> Vec<String> {
        let total = self.total();
        let found = LIMITS.iter().zip(total.words);
        let found = found.filter(|((_, limit), count)| count * 1000 > limit * total.lines);
        found
            .map(|((word, limit), count)| {
                let lines = total.lines;
                format!(
                    "\"{word}\" stands {count} times in {lines} doc lines, more than {limit} in a thousand"
                )
            })
            .collect()
    }

    /// A table of the counts.
    pub(super) fn print(&self) {
        print!("{:<28}{:>7}", "", "lines");
        LIMITS.iter().for_each(|(word, _)| print!("{word:>11}"));
        println!("{:>14}", "what in 1000");
        let total = ("all".to_owned(), self.total());
        for (name, count) in self.0.iter().chain([(&total.0, &total.1)]) {
            print!("{name:<28}{:>7}", count.lines);
            count.words.iter().for_each(|count| print!("{count:>11}"));
            println!("{:>14}", count.words[0] * 1000 / count.lines.max(1));
        }
    }
}

impl Count {
    fn add(&mut self, lines: &[&str]) {
        let mut words = Vec::new();
        let mut in_code = false;
        for line in lines.iter().map(|line| line.trim()) {
            let fence = line.starts_with("```");
            in_code ^= fence;
            if line.is_empty() || fence || in_code {
                words.push(BREAK.to_owned());
                continue;
            }
            self.lines += 1;
            words.extend(words_of(line));
        }
        for (count, (phrase, _)) in self.words.iter_mut().zip(LIMITS) {
            let phrase: Vec<_> = phrase.split(' ').collect();
            *count += words.windows(phrase.len()).filter(|window| *window == phrase).count();
        }
    }
}

/// Lower-case words of a line, without inline code. Code between words keeps them apart.
fn words_of(line: &str) -> Vec<String> {
    let prose = line.split('`').step_by(2).collect::<Vec<_>>().join(" ` ");
    let words = prose.split(|char: char| !char.is_alphanumeric() && char != '`');
    words.filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
}

/// The text of doc comments; an empty line stands between two comments.
fn doc_lines(text: &str) -> Vec<&str> {
    let lines = text.lines().map(str::trim_start);
    lines.map(|line| line.strip_prefix("//!").or_else(|| line.strip_prefix("///")).unwrap_or("")).collect()
}

/// The crate of a file, or the folder it is in.
fn crate_of(file: &Path) -> String {
    let mut parts = file.iter().map(|part| part.to_string_lossy().into_owned());
    match (parts.next(), parts.next(), parts.next()) {
        (Some(folder), Some(name), Some(_)) if folder == "crates" => name,
        (Some(folder), Some(_), _) => folder,
        _ => "documents".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, text: &str, lines: usize, words: [usize; LIMITS.len()]) {
        let mut prose = Prose::default();
        prose.add(Path::new(name), text);
        assert_eq!(prose.total(), Count { lines, words }, "{text}");
    }

    #[test]
    fn words_are_counted_in_doc_comments() {
        check("a.rs", "//! What is told.\n\n/// Somewhat.\n// what\nfn told() {}\n", 2, [1, 1, 0, 0, 0, 0]);
        check("a.rs", "    /// Whoever, nobody\n    /// and SOMEBODY.\n", 2, [0, 0, 1, 1, 1, 0]);
        check("a.rs", "/// Comes by and\n/// by.\n\n/// And by\n", 3, [0, 0, 0, 0, 0, 1]);
        check("a.rs", "let a = \"/// what\";\n", 0, [0; 6]);
    }

    #[test]
    fn code_is_not_counted() {
        check("a.md", "`what` and what's `told`\n```sh\nwhat told\n```\nnobody\n", 2, [1, 0, 0, 1, 0, 0]);
        check("a.rs", "/// ```\n/// what\n/// ```\n/// by `x` and by\n", 1, [0; 6]);
        check("a.json", "what\n", 0, [0; 6]);
    }

    #[test]
    fn too_many_words_are_found() {
        let mut prose = Prose::default();
        prose.add(Path::new("crates/a/src/b.rs"), &"/// Fine.\n".repeat(985));
        prose.add(Path::new("README.md"), &"What\n".repeat(15));
        assert_eq!(prose.0.keys().collect::<Vec<_>>(), ["a", "documents"]);
        assert!(prose.findings().is_empty());
        prose.add(Path::new("README.md"), "what nobody\n");
        let finding = |word, count, limit| {
            format!("\"{word}\" stands {count} times in 1001 doc lines, more than {limit} in a thousand")
        };
        assert_eq!(prose.findings(), [finding("what", 16, 15), finding("nobody", 1, 0)]);
    }
}
