//! Facts about a whole store.

#![expect(clippy::missing_panics_doc, reason = "a case fails by panicking")]

use std::collections::BTreeSet;

use kakaopay_types::StoreId;

use super::make::{reference, step};
use super::subject::{Subject, TestClock};
use crate::setting::Setting;
use crate::store::Store;

/// A setting changes only from the text that it has, and every other one keeps its own.
pub async fn f52_a_setting_changes_from_its_text_only<S: Store, C: TestClock>(subject: Subject<S, C>) {
    let store = subject.store;
    let read = async |setting| store.setting(setting).await.expect("read");
    let change = async |from, to| store.change_setting(Setting::Account, from, to).await.expect("answered");
    assert_eq!(read(Setting::Account).await, None);
    assert!(!change(Some("a"), Some("b")).await);
    assert!(!change(Some("a"), None).await);
    assert!(change(None, None).await);
    assert!(change(None, Some("a")).await);
    assert_eq!(read(Setting::Account).await.as_deref(), Some("a"));
    assert!(!change(None, Some("b")).await);
    assert!(!change(None, None).await);
    assert!(!change(Some("b"), Some("c")).await);
    assert!(!change(Some("b"), None).await);
    assert!(change(Some("a"), Some("a")).await);
    assert_eq!(read(Setting::Account).await.as_deref(), Some("a"));
    // Neither the length nor the characters of a text matter.
    let long = "ก '\"\\ ".repeat(500);
    assert!(change(Some("a"), Some(&long)).await);
    assert_eq!(read(Setting::Account).await, Some(long.clone()));
    for other in Setting::ALL.into_iter().filter(|other| *other != Setting::Account) {
        let text = read(other).await;
        assert_eq!(text.is_some(), other == Setting::StoreId, "{other:?}");
    }
    assert!(change(Some(&long), None).await);
    assert_eq!(read(Setting::Account).await, None);
}

/// A new store has a valid identity, which is no constant of the program: see also the tests of each store.
pub async fn f52_a_new_store_has_an_identity<S: Store, C: TestClock>(subject: Subject<S, C>) {
    let store = subject.store;
    let text = store.setting(Setting::StoreId).await.expect("read").expect("an identity");
    let id = StoreId::parse(&text).expect("valid");
    assert!(id.as_str().bytes().collect::<BTreeSet<_>>().len() > 4, "not random: {id}");
    assert_eq!(store.setting(Setting::StoreId).await.expect("read"), Some(text));
}

/// Of many that change a setting from the same text, one succeeds.
pub async fn f52_one_of_many_changes_a_setting<S: Store, C: TestClock>(subject: Subject<S, C>) {
    let store = subject.store;
    let changes: Vec<_> = (0..8)
        .map(|number| {
            let store = store.clone();
            tokio::spawn(async move {
                let text = number.to_string();
                let changed = store.change_setting(Setting::Suspect, None, Some(&text)).await;
                changed.expect("answered").then_some(text)
            })
        })
        .collect();
    let mut winners = Vec::new();
    for change in changes {
        winners.extend(change.await.expect("no panic"));
    }
    assert_eq!(winners.len(), 1, "{winners:?}");
    assert_eq!(store.setting(Setting::Suspect).await.expect("read").as_ref(), winners.first());
    // Loading a payment says so, also one that is unknown.
    let load = async || store.load(&reference("a")).await.expect("read").suspect;
    assert_eq!(load().await.as_ref(), winners.first());
    store.commit(step("a", 0, "x")).await.expect("stored");
    assert_eq!(load().await.as_ref(), winners.first());
    let from = winners.first().map(String::as_str);
    assert!(store.change_setting(Setting::Suspect, from, None).await.expect("answered"));
    assert_eq!(load().await, None);
}
