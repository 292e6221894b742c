//! A webhook altered in flight is rejected, even if one bit changed.

use kakaopay_types::Timestamp;
use kakaopay_webhook::{SignedHeaders, Signer, Verifier, VerifyError, WebhookSecret};
use serde_json::Value;

const SIGNED_AT: i64 = 1_700_000_000;
const BODY: &str = "{\n  \"object\": \"event\",\n  \"id\": \"evnt_test_1\",\n  \"key\": \"charge.complete\",\n  \
                    \"data\": {\"amount\": 150000, \"rate\": 2.90, \"name\": \"Cafe\u{301} 카페 é\"}\n}\n";

fn secret() -> WebhookSecret {
    WebhookSecret::from_bytes(*b"a secret").expect("not empty")
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_unix_seconds(seconds).expect("a moment")
}

fn signed(body: &[u8]) -> SignedHeaders {
    Signer::new([secret()]).sign(at(SIGNED_AT), body)
}

fn verify(signed: &SignedHeaders, body: &[u8]) -> Result<(), VerifyError> {
    let verifier = Verifier::new([secret()]).expect("a secret");
    verifier.verify(signed.signature.as_bytes(), signed.timestamp.as_bytes(), body, at(SIGNED_AT))
}

/// As a compressor that gives up writes it: the body as it is, in one block.
fn gzip(body: &[u8]) -> Vec<u8> {
    let length = u16::try_from(body.len()).expect("short");
    let mut packed = vec![0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF, 1];
    packed.extend(length.to_le_bytes());
    packed.extend((!length).to_le_bytes());
    packed.extend(body);
    packed
}

#[test]
fn f08_the_same_json_in_other_bytes_is_rejected() {
    let value: Value = serde_json::from_str(BODY).expect("JSON");
    let utf16 = |bytes: fn(u16) -> [u8; 2]| BODY.encode_utf16().flat_map(bytes).collect::<Vec<_>>();
    let latin: Vec<u8> = BODY.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect();
    let signed = signed(BODY.as_bytes());
    assert_eq!(verify(&signed, BODY.as_bytes()), Ok(()));
    for (how, body) in [
        ("written again", value.to_string().into_bytes()),
        ("written again, indented", serde_json::to_vec_pretty(&value).expect("JSON")),
        ("without its spaces", BODY.replace([' ', '\n'], "").into_bytes()),
        ("without its last line's end", BODY.trim_end().into()),
        ("with another at its end", format!("{BODY}\n").into_bytes()),
        ("with a space in front", format!(" {BODY}").into_bytes()),
        ("with the ends of another system's lines", BODY.replace('\n', "\r\n").into_bytes()),
        ("with a byte order mark", format!("\u{FEFF}{BODY}").into_bytes()),
        (
            "with a name given twice",
            BODY.replace("  \"key\"", "  \"id\": \"evnt_2\",\n  \"key\"").into_bytes(),
        ),
        ("with a name in escapes", BODY.replace("\"id\"", "\"\\u0069d\"").into_bytes()),
        ("with a letter in escapes", BODY.replace('é', "\\u00e9").into_bytes()),
        ("with a letter composed", BODY.replace("e\u{301}", "é").into_bytes()),
        ("with a number written otherwise", BODY.replace("2.90", "2.9").into_bytes()),
        ("in UTF-16, low bytes first", utf16(u16::to_le_bytes)),
        ("in UTF-16, high bytes first", utf16(u16::to_be_bytes)),
        ("in Latin-1", latin),
        ("packed", gzip(BODY.as_bytes())),
        ("twice", BODY.repeat(2).into_bytes()),
        ("half", BODY.as_bytes()[..BODY.len() / 2].into()),
        ("not at all", Vec::new()),
    ] {
        assert_eq!(verify(&signed, &body), Err(VerifyError::SignatureMismatch), "{how}");
    }
}

/// A signature by the right secret covers any bytes: the check does not parse JSON.
#[test]
fn f08_the_signature_covers_any_bytes() {
    for body in [&b""[..], b"\xEF\xBB\xBF{}", b"\0\xFF", &gzip(BODY.as_bytes())] {
        assert_eq!(verify(&signed(body), body), Ok(()));
    }
}

/// Staleness is switched off, so that it is the signature which refuses every other moment.
#[test]
fn f08_every_flipped_bit_of_body_moment_and_signature_is_seen() {
    let body = format!("{BODY}{}", "x".repeat(3_000 - BODY.len())).into_bytes();
    let signed = signed(&body);
    let verifier = Verifier::new([secret()]).expect("a secret").with_tolerance(u32::MAX);
    let mut post = [signed.signature.into_bytes(), signed.timestamp.into_bytes(), body];
    let mut flips = 0;
    for part in 0..post.len() {
        for bit in 0..post[part].len() * 8 {
            post[part][bit / 8] ^= 1 << (bit % 8);
            let [signature, timestamp, body] = &post;
            let found = verifier.verify(signature, timestamp, body, at(SIGNED_AT));
            assert!(found.is_err(), "bit {bit} of part {part}");
            post[part][bit / 8] ^= 1 << (bit % 8);
            flips += 1;
        }
    }
    let [signature, timestamp, body] = &post;
    assert_eq!(verifier.verify(signature, timestamp, body, at(SIGNED_AT)), Ok(()));
    assert_eq!(flips, (64 + 10 + 3_000) * 8);
}
