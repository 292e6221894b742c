//! Webhook secrets and their succession.

use kakaopay_types::Timestamp;
use kakaopay_webhook::WebhookSecret;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Time for which a replaced secret still signs: one day.
const OVERLAP_SECONDS: i64 = 86_400;

/// A secret that webhooks are signed with.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct IssuedSecret {
    pub(crate) id: String,
    #[serde(serialize_with = "write", deserialize_with = "read")]
    pub(crate) secret: WebhookSecret,
    pub(crate) created_at: Timestamp,
    /// When it stops signing, if a newer one was made.
    pub(crate) expires_at: Option<Timestamp>,
}

/// The account's secrets, oldest first. Without any, webhooks are unsigned.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Secrets {
    secrets: Vec<IssuedSecret>,
    /// The last created secret, active or not.
    #[serde(serialize_with = "write", deserialize_with = "read")]
    newest: WebhookSecret,
}

impl Secrets {
    /// Creates an account's first secret.
    pub(crate) fn first(id: String, secret: WebhookSecret, now: Timestamp) -> Self {
        let mut secrets = Self { secrets: Vec::new(), newest: secret.clone() };
        secrets.roll(id, secret, now);
        secrets
    }

    /// The last created secret, active or not.
    pub(crate) fn newest(&self) -> &WebhookSecret {
        &self.newest
    }

    /// Returns the secrets that sign at a time, oldest first: as documented, two for a day after a roll.
    pub(crate) fn signing(&self, now: Timestamp) -> impl DoubleEndedIterator<Item = &IssuedSecret> {
        self.secrets.iter().filter(move |secret| secret.expires_at.is_none_or(|end| now < end))
    }

    /// Adds a secret. The previous one signs for another day; an older one stops, because a webhook has at most two
    /// signatures.
    pub(crate) fn roll(&mut self, id: String, secret: WebhookSecret, now: Timestamp) -> IssuedSecret {
        let created_at = now.truncate_to_seconds();
        let end = created_at.saturating_add_seconds(OVERLAP_SECONDS);
        self.secrets.retain(|secret| secret.expires_at.is_none());
        for before in &mut self.secrets {
            before.expires_at = Some(end);
        }
        self.newest = secret.clone();
        let rolled = IssuedSecret { id, secret, created_at, expires_at: None };
        self.secrets.push(rolled.clone());
        rolled
    }

    /// Removes all secrets, so that webhooks are unsigned.
    pub(crate) fn clear(&mut self) {
        self.secrets.clear();
    }

    /// Returns whether at most two secrets sign at any time.
    pub(crate) fn are_two_at_most(&self) -> bool {
        let endless = self.secrets.iter().filter(|secret| secret.expires_at.is_none()).count();
        endless <= 1 && self.secrets.len() <= 2
    }
}

fn write<S: Serializer>(secret: &WebhookSecret, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&secret.expose_base64())
}

fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<WebhookSecret, D::Error> {
    let text = String::deserialize(deserializer)?;
    WebhookSecret::from_base64(&text).map_err(|_| serde::de::Error::custom("not a secret"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> WebhookSecret {
        WebhookSecret::from_bytes(text).unwrap()
    }

    #[track_caller]
    fn check(secrets: &Secrets, at: &str, expected: &[&str]) {
        let at = Timestamp::parse(at).unwrap();
        let signing: Vec<_> = secrets.signing(at).map(|secret| secret.id.as_str()).collect();
        assert_eq!(signing, expected, "{at}");
    }

    #[test]
    fn f07_at_most_two_secrets_sign_for_a_day() {
        let at = |text| Timestamp::parse(text).unwrap();
        let mut secrets = Secrets::first("a".to_owned(), secret("a"), at("2024-02-28T12:00:00Z"));
        check(&secrets, "2030-01-01T00:00:00Z", &["a"]);
        secrets.roll("b".to_owned(), secret("b"), at("2024-02-29T12:00:00Z"));
        check(&secrets, "2024-03-01T11:59:59Z", &["a", "b"]);
        check(&secrets, "2024-03-01T12:00:00Z", &["b"]);
        // Rolled again within the day.
        secrets.roll("c".to_owned(), secret("c"), at("2024-02-29T13:00:00Z"));
        check(&secrets, "2024-02-29T13:00:00Z", &["b", "c"]);
        check(&secrets, "2024-03-01T13:00:00Z", &["c"]);
        secrets.clear();
        check(&secrets, "2024-02-29T13:00:00Z", &[]);
    }
}
