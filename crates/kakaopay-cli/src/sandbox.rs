//! `kakaopay sandbox`.

use std::io::Write;

use kakaopay::types::{Key, PublicKey, SecretKey, Timestamp};
use kakaopay::webhook::WebhookSecret;
use kakaopay_sandbox::{
    ClockSpeed, FaultRule, ReturnHost, Sandbox, SandboxBuilder, SandboxClock, WebhookHost, WebhookUrl,
};
use kakaopay_sandbox_server::{StateFile, serve};
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::args::SandboxOptions;
use crate::failure::Failure;

/// Serves a sandbox until Ctrl-C or SIGTERM.
pub(crate) async fn run(options: SandboxOptions) -> Result<(), Failure> {
    let builder = builder(&options)?;
    let (sandbox, file) = match &options.state {
        None => (builder.build(), None),
        Some(path) => StateFile::open(path, builder).map(|(sandbox, file)| (sandbox, Some(file)))?,
    };
    let listener = TcpListener::bind(options.addr)
        .await
        .map_err(|error| Failure::from(format!("cannot listen on {}: {error}", options.addr)))?;
    let running = serve(&sandbox, listener)?;
    let (stop, stopped) = oneshot::channel::<()>();
    let saving = file.map(|file| {
        tokio::spawn(file.keep(sandbox.clone(), async {
            // A dropped sender means shutdown, too.
            let _ = stopped.await;
        }))
    });
    print_connection(&sandbox, &running.url(), options.json).map_err(Failure::stdout)?;
    interrupted().await?;
    running.shutdown().await;
    drop(stop);
    if let Some(saving) = saving {
        saving.await.map_err(|panicked| Failure::from(panicked.to_string()))??;
    }
    Ok(())
}

fn builder(options: &SandboxOptions) -> Result<SandboxBuilder, Failure> {
    let mut builder = Sandbox::builder();
    if options.allow_http_return_hosts {
        for host in ["127.0.0.1", "localhost", "[::1]"] {
            builder = builder.allow_http_return_host(ReturnHost::parse(host)?);
        }
    }
    if let Some(text) = &options.public_key {
        let key = PublicKey::parse(text).map_err(|error| Failure::usage("--public-key", error))?;
        builder = with_test_key("--public-key", &key, builder)?.public_key(key);
    }
    if let Some(text) = &options.secret_key {
        let key = SecretKey::parse(text).map_err(|error| Failure::usage("--secret-key", error))?;
        builder = with_test_key("--secret-key", &key, builder)?.secret_key(key);
    }
    if let Some(text) = &options.webhook_secret {
        let secret =
            WebhookSecret::from_base64(text).map_err(|error| Failure::usage("--webhook-secret", error))?;
        builder = builder.webhook_secret(secret);
    }
    let mut hosts = Vec::new();
    for text in &options.allow_webhook_host {
        let host = WebhookHost::parse(text).map_err(|error| Failure::usage("--allow-webhook-host", error))?;
        builder = builder.allow_webhook_host(host.clone());
        hosts.push(host);
    }
    if let Some(text) = &options.webhook_url {
        let url =
            WebhookUrl::parse_on(text, &hosts).map_err(|error| Failure::usage("--webhook-url", error))?;
        builder = builder.webhook_url(url);
    }
    if let Some(seed) = options.seed {
        builder = builder.seed(seed);
    }
    for text in &options.fault {
        builder = builder.fault(text.parse::<FaultRule>().map_err(|error| Failure::usage("--fault", error))?);
    }
    if let Some(text) = &options.webhooks {
        builder =
            builder.webhook_schedule(text.parse().map_err(|error| Failure::usage("--webhooks", error))?);
    }
    if let Some(text) = &options.api_version {
        builder = builder.api_version(text.parse().map_err(|error| Failure::usage("--api-version", error))?);
    }
    if let Some(text) = &options.clock {
        builder = builder.clock(clock(text)?);
    }
    Ok(builder)
}

/// Parses `TIME`, `frozen`, `rate=N` or `TIME,rate=N`.
fn clock(text: &str) -> Result<SandboxClock, Failure> {
    let (start, rate) = match text.split_once(',') {
        Some((start, rate)) => (Some(start), Some(rate)),
        None if text.starts_with("rate=") => (None, Some(text)),
        None => (Some(text), None),
    };
    let rate = rate.map(|text| {
        let seconds = text.strip_prefix("rate=").and_then(|seconds| seconds.parse().ok());
        ClockSpeed::new(seconds.unwrap_or(0)).map_err(|error| Failure::usage("--clock", error))
    });
    let rate = rate.transpose()?;
    let clock = match start {
        None => SandboxClock::system(),
        Some("frozen") if rate.is_none() => SandboxClock::frozen_at(SandboxClock::system().now()),
        Some(start) => {
            let at = Timestamp::parse(start).map_err(|error| Failure::usage("--clock", error))?;
            SandboxClock::frozen_at(at)
        }
    };
    if let Some(rate) = rate {
        clock.set_speed(rate);
    }
    Ok(clock)
}

/// Rejects live keys: a sandbox would respond with test objects.
fn with_test_key(argument: &str, key: &impl Key, builder: SandboxBuilder) -> Result<SandboxBuilder, Failure> {
    if key.mode().is_live() {
        return Err(Failure::usage(argument, "live key given: a sandbox accepts only test keys"));
    }
    Ok(builder)
}

/// Prints the URL, the keys and the webhook secret.
fn print_connection(sandbox: &Sandbox, url: &str, json: bool) -> std::io::Result<()> {
    let (public, secret) = (sandbox.public_key().expose(), sandbox.secret_key().expose());
    let webhook_secret = sandbox.webhook_secret().expose_base64();
    let mut out = anstream::stdout().lock();
    if json {
        let line = json!({
            "url": url, "public_key": public, "secret_key": secret, "webhook_secret": *webhook_secret,
        });
        writeln!(out, "{line}")?;
    } else {
        writeln!(out, "The sandbox is at {url}")?;
        writeln!(out, "  public key      {public}")?;
        writeln!(out, "  secret key      {secret}")?;
        writeln!(out, "  webhook secret  {}", *webhook_secret)?;
        writeln!(out, "Press Ctrl-C to stop it. To create a first charge:")?;
        writeln!(out, "  curl {url}/charges -u {secret}: -d amount=150000 -d currency=SGD \\")?;
        writeln!(out, "    -d return_uri=https://example.com/done -d 'source[type]=kakaopay'")?;
    }
    out.flush()?;
    Ok(())
}

/// Waits for Ctrl-C or SIGTERM.
async fn interrupted() -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate())?;
        tokio::select! {
            interrupt = tokio::signal::ctrl_c() => interrupt,
            _ = terminate.recv() => Ok(()),
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await
}
