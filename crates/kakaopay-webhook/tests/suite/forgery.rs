//! A million forged webhooks of every known kind are rejected.

use std::collections::BTreeMap;

use fastrand::Rng;
use kakaopay_types::Timestamp;
use kakaopay_webhook::{SignedHeaders, Signer, Verifier, WebhookSecret};

const TRIES: usize = 1_000_000;
const NOW: i64 = 1_700_000_000;
const LIVE: &[u8] = b"the live secret, which has some length";
const TEST: &[u8] = b"the test secret, which has some length";

/// Headers and body of a request.
#[derive(Debug, Clone)]
struct Post {
    signature: Vec<u8>,
    timestamp: Vec<u8>,
    body: Vec<u8>,
}

/// Makes a forged post from a genuine one, which may have been overheard.
type Forge = fn(&mut Rng, Post) -> Post;

const KINDS: &[(&str, Forge)] = &[
    ("no signature", |_, post| Post { signature: Vec::new(), ..post }),
    ("spaces", |rng, post| Post { signature: vec![b' '; rng.usize(1..80)], ..post }),
    ("any bytes", |rng, post| Post { signature: any(rng, 1..200), ..post }),
    ("any digits", |rng, post| Post { signature: digits(rng, 64), ..post }),
    ("too few digits", |rng, post| cut(post, rng.usize(1..64))),
    ("too many digits", |rng, mut post| {
        let count = rng.usize(1..=64);
        post.signature.extend(digits(rng, count));
        post
    }),
    ("upper case", |_, post| Post { signature: post.signature.to_ascii_uppercase(), ..post }),
    ("backwards", |_, mut post| {
        post.signature.reverse();
        post
    }),
    ("a scheme in front", |_, post| Post { signature: [b"sha256=", &post.signature[..]].concat(), ..post }),
    ("one wrong in a list", |rng, mut post| {
        let count = rng.usize(1..6);
        let all: Vec<_> = (0..count).map(|_| digits(rng, 64)).collect();
        post.signature = all.join(&b","[..]);
        post
    }),
    ("a flipped bit of the signature", |rng, mut post| {
        flip(rng, &mut post.signature);
        post
    }),
    ("a flipped bit of the moment", |rng, mut post| {
        flip(rng, &mut post.timestamp);
        post
    }),
    ("a flipped bit of the body", |rng, mut post| {
        flip(rng, &mut post.body);
        post
    }),
    ("a later moment", |rng, post| Post {
        timestamp: (NOW + rng.i64(1..=300)).to_string().into_bytes(),
        ..post
    }),
    ("another body", |rng, post| Post { body: any(rng, 0..300), ..post }),
    ("a longer body", |rng, mut post| {
        let more = any(rng, 1..64);
        post.body.extend(more);
        post
    }),
    // The message is the same to the bit; only where the moment ends is another.
    ("the first dot elsewhere", |_, post| {
        let dot = post.body.iter().position(|byte| *byte == b'.').expect("a dot in the body");
        let timestamp = [&post.timestamp[..], b".", &post.body[..dot]].concat();
        Post { timestamp, body: post.body[dot + 1..].to_vec(), ..post }
    }),
    ("another secret", |rng, post| {
        let secret = any(rng, 1..100);
        signed(&secret, post.body)
    }),
    ("the secret of test mode", |_, post| signed(TEST, post.body)),
    ("the secret as it is shown", |_, post| {
        let shown = WebhookSecret::from_bytes(LIVE).expect("not empty").expose_base64();
        signed(shown.as_bytes(), post.body)
    }),
    ("a part of the secret", |rng, post| signed(&LIVE[..rng.usize(1..LIVE.len())], post.body)),
    ("more than the secret", |rng, post| {
        let more = any(rng, 1..20);
        // A key that ends with zeros is the same key to HMAC.
        signed(&[LIVE, b"x", &more].concat(), post.body)
    }),
];

fn any(rng: &mut Rng, length: std::ops::Range<usize>) -> Vec<u8> {
    let length = rng.usize(length);
    (0..length).map(|_| rng.u8(..)).collect()
}

fn digits(rng: &mut Rng, count: usize) -> Vec<u8> {
    (0..count).map(|_| b"0123456789abcdef"[rng.usize(..16)]).collect()
}

fn cut(mut post: Post, length: usize) -> Post {
    post.signature.truncate(length);
    post
}

fn flip(rng: &mut Rng, bytes: &mut [u8]) {
    let place = rng.usize(..bytes.len());
    bytes[place] ^= 1 << rng.u8(..8);
}

fn signed(secret: &[u8], body: Vec<u8>) -> Post {
    let secret = WebhookSecret::from_bytes(secret).expect("not empty");
    let SignedHeaders { signature, timestamp, .. } = Signer::new([secret]).sign(now(), &body);
    Post { signature: signature.into_bytes(), timestamp: timestamp.into_bytes(), body }
}

fn now() -> Timestamp {
    Timestamp::from_unix_seconds(NOW).expect("a moment")
}

/// Each kind in turn, from a seed that never changes, and among them genuine posts, so that a
/// verifier which refuses everything fails as well.
#[test]
fn f05_a_million_forged_webhooks_are_rejected() {
    let verifier = Verifier::new([WebhookSecret::from_bytes(LIVE).expect("not empty")]).expect("a secret");
    let believes = |post: &Post| verifier.verify(&post.signature, &post.timestamp, &post.body, now()).is_ok();
    let mut rng = Rng::with_seed(5);
    let genuine: Vec<_> = (0..64)
        .map(|number| {
            let text = digits(&mut rng, number);
            let text = String::from_utf8(text).expect("digits");
            let body = format!(r#"{{"object":"event","id":"evnt_{number}","key":"a.b","data":"{text}"}}"#);
            signed(LIVE, body.into_bytes())
        })
        .collect();
    let mut tried: BTreeMap<&str, usize> = BTreeMap::new();
    for number in 0..TRIES {
        let (kind, forge) = KINDS[number % KINDS.len()];
        let post = &genuine[rng.usize(..genuine.len())];
        let forged = forge(&mut rng, post.clone());
        assert!(!believes(&forged), "{kind}: {forged:?} of {post:?}");
        *tried.entry(kind).or_default() += 1;
        if number.is_multiple_of(1_000) {
            assert!(believes(post), "{post:?}");
        }
    }
    println!("0 of {TRIES} forged webhooks believed, at least {:?} of a kind", tried.values().min());
    assert!(tried.len() == KINDS.len() && tried.values().all(|count| *count >= TRIES / KINDS.len()));
}

/// An account's two modes have a secret each. Neither vouches for the other's events.
#[test]
fn f05_each_mode_believes_its_own_secret_alone() {
    for (own, other) in [(LIVE, TEST), (TEST, LIVE)] {
        let verifier = Verifier::new([WebhookSecret::from_bytes(own).expect("not empty")]).expect("a secret");
        for (secret, believed) in [(own, true), (other, false)] {
            let post = signed(secret, b"{}".to_vec());
            let found = verifier.verify(&post.signature, &post.timestamp, &post.body, now());
            assert_eq!(found.is_ok(), believed);
        }
    }
}
