//! MACs are compared by the crate that makes them, in constant time, and never by an operator.
//!
//! `==` on bytes stops at the first that differs, and the time it takes tells a forger how far a guess
//! was right. The types do not forbid it, so that it is looked for: no comparison in the code of the
//! crate below may name what could be a MAC.

use std::path::Path;

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{BinOp, ExprBinary, ExprMethodCall, Macro};

/// Where webhooks are checked.
const CRATE: &str = "crates/kakaopay-webhook/src";
/// What could be a MAC, by a part of its name or by how it is made.
const NAMES: [&str; 6] = ["mac", "signature", "digest", "hash", "finalize", "expected"];
/// Methods that compare as the operators do.
const METHODS: [&str; 7] = ["eq", "ne", "cmp", "partial_cmp", "starts_with", "ends_with", "contains"];
/// Macros that compare.
const MACROS: [&str; 3] = ["assert_eq", "assert_ne", "matches"];

/// What is wrong with the comparisons of a file.
pub(super) fn check(file: &Path, text: &str) -> Vec<String> {
    // What cannot be read is another rule's business.
    let Ok(parsed) = syn::parse_file(text) else { return Vec::new() };
    let mut comparisons = Comparisons { name: file.display().to_string(), findings: Vec::new() };
    if file.starts_with(CRATE) {
        comparisons.visit_file(&parsed);
    }
    comparisons.findings
}

struct Comparisons {
    name: String,
    findings: Vec<String>,
}

impl Comparisons {
    fn judge(&mut self, span: Span, compared: &impl ToTokens) {
        if names_mac(compared.to_token_stream()) {
            let line = span.start().line;
            self.findings.push(format!("{}:{line} compares what may be a MAC: use `Mac::verify`", self.name));
        }
    }
}

impl<'ast> Visit<'ast> for Comparisons {
    fn visit_expr_binary(&mut self, binary: &'ast ExprBinary) {
        use BinOp::{Eq, Ge, Gt, Le, Lt, Ne};
        let (Eq(_) | Ne(_) | Lt(_) | Le(_) | Gt(_) | Ge(_)) = binary.op else {
            return visit::visit_expr_binary(self, binary);
        };
        self.judge(binary.op.span(), binary);
        visit::visit_expr_binary(self, binary);
    }

    fn visit_expr_method_call(&mut self, call: &'ast ExprMethodCall) {
        if METHODS.iter().any(|method| call.method == method) {
            self.judge(call.method.span(), call);
        }
        visit::visit_expr_method_call(self, call);
    }

    fn visit_macro(&mut self, call: &'ast Macro) {
        if MACROS.iter().any(|name| call.path.is_ident(name)) {
            self.judge(call.path.span(), &call.tokens);
        }
    }
}

fn names_mac(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Group(group) => names_mac(group.stream()),
        TokenTree::Ident(name) => {
            let name = name.to_string().to_lowercase();
            NAMES.iter().any(|part| name.split('_').any(|word| word.trim_end_matches('s') == *part))
        }
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_line(line: &str, findings: usize) {
        let text = format!("fn f() {{\n    {line}\n}}\n");
        let found = check(Path::new("crates/kakaopay-webhook/src/a.rs"), &text);
        assert_eq!(found.len(), findings, "{line}: {found:?}");
        assert!(check(Path::new("crates/kakaopay-types/src/a.rs"), &text).is_empty());
    }

    #[test]
    fn f09_a_comparison_of_macs_is_found() {
        check_line("let _ = mac == other;", 1);
        check_line("let _ = other != &signature[..];", 1);
        check_line("let _ = a == made.finalize().into_bytes();", 1);
        check_line("let _ = a.as_slice().eq(the_signatures);", 1);
        check_line("let _ = expected.starts_with(a);", 1);
        check_line("assert_eq!(digest, a);", 1);
        check_line("if hash < other {}", 1);
    }

    #[test]
    fn f09_other_comparisons_are_not() {
        check_line("let _ = mac.verify(signature).is_ok();", 0);
        check_line("let _ = body.len() > MAX_BODY && machine == 1;", 0);
        check_line("let _ = signatures.count + 1;", 0);
    }
}
