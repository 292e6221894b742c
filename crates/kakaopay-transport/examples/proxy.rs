//! The default transport through an HTTP proxy: a tunnel below TLS, so that the proxy sees the host but no key.
//!
//! `cargo run -p kakaopay-transport --example proxy`
#![expect(clippy::print_stdout, reason = "an example shows what it did")]

mod service;

use std::net::SocketAddr;

use hyper_util::client::legacy::connect::proxy::Tunnel;
use kakaopay_transport::{BaseUri, BoxError, Client, HttpConnector, HyperTransport};
use kakaopay_types::{SecretKey, SourceId};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), BoxError> {
    let proxy = format!("http://{}", start_proxy().await?);
    let tunnel = Tunnel::new(proxy.parse()?, HttpConnector::new());
    let transport = HyperTransport::builder().connector(tunnel).build()?;

    let base = BaseUri::parse(&format!("http://{}", service::start().await?))?;
    let key = SecretKey::parse("skey_test_5xt0gk0nqqnwnp1bnm8")?;
    let client = Client::builder(transport, key).base_uri(base).build();
    let source = client.sources().retrieve(SourceId::parse("src_test_1")?).await?;
    println!("{} of {} {}", source.id, source.amount, source.currency);
    Ok(())
}

/// Starts a proxy that opens the requested tunnels and prints their hosts.
async fn start_proxy() -> std::io::Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(tunnel(stream));
        }
    });
    Ok(address)
}

async fn tunnel(near: TcpStream) -> std::io::Result<()> {
    let mut near = BufReader::new(near);
    let mut host = String::new();
    loop {
        let mut line = String::new();
        near.read_line(&mut line).await?;
        match line.split(' ').collect::<Vec<_>>()[..] {
            ["CONNECT", to, _] => to.clone_into(&mut host),
            // The head ends with an empty line.
            _ if line.trim().is_empty() => break,
            _ => {}
        }
    }
    println!("the proxy connects to {host}");
    let mut far = TcpStream::connect(host).await?;
    near.write_all(b"HTTP/1.1 200 Connected\r\n\r\n").await?;
    copy_bidirectional(&mut near, &mut far).await?;
    Ok(())
}
