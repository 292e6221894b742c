//! `kakaopay sandbox`.

use std::io::Write;

use kakaopay::types::Key;
use kakaopay_sandbox::Sandbox;
use kakaopay_sandbox_server::{StateFile, serve};
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::args::SandboxOptions;
use crate::failure::Failure;

/// Serves a sandbox until Ctrl-C or SIGTERM.
pub(crate) async fn run(options: SandboxOptions) -> Result<(), Failure> {
    let builder = options.builder()?;
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
    // A supervisor may stop the sandbox as soon as it is printed.
    let interrupted = interruption()?;
    print_connection(&sandbox, &running.url(), options.json).map_err(Failure::stdout)?;
    interrupted.await?;
    running.shutdown().await;
    drop(stop);
    if let Some(saving) = saving {
        saving.await.map_err(|panicked| Failure::from(panicked.to_string()))??;
    }
    Ok(())
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

/// Returns a future that resolves at Ctrl-C or SIGTERM, from this call on.
fn interruption() -> std::io::Result<impl Future<Output = std::io::Result<()>>> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let (mut interrupt, mut terminate) =
            (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
        Ok(async move {
            tokio::select! {
                _ = interrupt.recv() => Ok(()),
                _ = terminate.recv() => Ok(()),
            }
        })
    }
    #[cfg(not(unix))]
    Ok(tokio::signal::ctrl_c())
}
