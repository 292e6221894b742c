//! Hosts of which one is silent: the next is found within twice the timeout of one.

use std::net::Ipv4Addr;
use std::time::Duration;

use kakaopay_postgres_cluster::{Cluster, Setup};
use kakaopay_store::Store;
use kakaopay_store_postgres::PostgresOptions;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::time::Instant;

use crate::support::{Home, connect, reference, step, with_ports};
use crate::tls::Authority;

/// The timeout of one host. Longer than a handshake takes on a machine that others use too.
const ONE_HOST: Duration = Duration::from_secs(2);

/// What a silent host still does.
#[derive(Clone, Copy, Debug)]
enum Silence {
    /// The system completes no handshake of TCP, as if the machine was off.
    NeverAccepts,
    /// A connection is accepted, and nothing is sent.
    NeverSpeaks,
    /// It agrees to TLS, and then nothing.
    StopsInTls,
    /// It accepts the login, and is never ready.
    StopsAfterLogin,
}

/// A host that falls silent at some step, and what keeps it so.
struct SilentHost {
    port: u16,
    _filling: Vec<tokio::task::JoinHandle<()>>,
}

impl SilentHost {
    async fn start(silence: Silence) -> Self {
        if matches!(silence, Silence::NeverAccepts) {
            return Self::with_full_queue().await;
        }
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("its number").port();
        let serving = tokio::spawn(async move {
            let mut open = Vec::new();
            while let Ok((mut socket, _)) = listener.accept().await {
                let says: &[u8] = match silence {
                    Silence::NeverAccepts | Silence::NeverSpeaks => b"",
                    Silence::StopsInTls => b"S",
                    Silence::StopsAfterLogin => b"R\0\0\0\x08\0\0\0\0",
                };
                if !says.is_empty() {
                    let _ = socket.read(&mut [0; 1024]).await;
                    let _ = socket.write_all(says).await;
                }
                open.push(socket);
            }
        });
        Self { port, _filling: vec![serving] }
    }

    /// Further connections find the queue of the listener full, and their first packet is dropped.
    async fn with_full_queue() -> Self {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.bind((Ipv4Addr::LOCALHOST, 0).into()).expect("a port");
        let listener = socket.listen(1).expect("a listener");
        let port = listener.local_addr().expect("its number").port();
        let mut filling = vec![tokio::spawn(async move {
            let _listener = listener;
            std::future::pending::<()>().await;
        })];
        loop {
            let connecting = TcpStream::connect(("127.0.0.1", port));
            match tokio::time::timeout(Duration::from_millis(200), connecting).await {
                Err(_) => return Self { port, _filling: filling },
                Ok(connected) => filling.push(tokio::spawn(async move {
                    let _connected = connected;
                    std::future::pending::<()>().await;
                })),
            }
            assert!(filling.len() < 100, "the queue is never full");
        }
    }
}

fn options(connection: &str) -> PostgresOptions {
    PostgresOptions::new(connection).expect("options").connect_timeout(ONE_HOST)
}

/// Opens a store of these hosts, and returns how long that took.
async fn open_in_time(options: PostgresOptions, silence: Silence) {
    let begun = Instant::now();
    let store = options.open().await.unwrap_or_else(|error| panic!("{silence:?}: {error:?}"));
    let took = begun.elapsed();
    assert!(took < 2 * ONE_HOST, "{silence:?}: {took:?}");
    // The host that works is the first from now on.
    let begun = Instant::now();
    let calls: Vec<_> = (0..8)
        .map(|number| {
            let store = store.clone();
            tokio::spawn(async move { store.commit(step(&format!("order-{number}"), 0, *b"one")).await })
        })
        .collect();
    for call in calls {
        call.await.expect("a task").expect("stored");
    }
    assert!(begun.elapsed() < ONE_HOST, "{silence:?}: {:?}", begun.elapsed());
}

#[tokio::test]
async fn f65_a_silent_host_is_passed_over() {
    for silence in [Silence::NeverAccepts, Silence::NeverSpeaks, Silence::StopsAfterLogin] {
        let Some(home) = Home::new() else { return };
        let silent = SilentHost::start(silence).await;
        let both = with_ports(home.cluster, &[silent.port, home.cluster.port()]);
        open_in_time(options(&both).schema(&home.schema), silence).await;
    }
}

#[tokio::test]
async fn f65_a_host_that_stops_in_its_tls_handshake_is_passed_over() {
    let authority = Authority::new();
    let Some(cluster) = authority.server("localhost") else { return };
    let silent = SilentHost::start(Silence::StopsInTls).await;
    let one = cluster.tcp_with_tls("127.0.0.1", "postgres");
    let both = one
        .replace("host=127.0.0.1", "host=localhost,localhost hostaddr=127.0.0.1,127.0.0.1")
        .replace(&format!("port={}", cluster.port()), &format!("port={},{}", silent.port, cluster.port()));
    open_in_time(options(&both).root_certificate(&authority.pem()), Silence::StopsInTls).await;
}

/// A name with several addresses is several hosts.
#[tokio::test]
async fn f65_every_host_silent_is_io_after_one_timeout_each() {
    let silent = SilentHost::start(Silence::NeverSpeaks).await;
    let connection =
        format!("host=127.0.0.1,127.0.0.1 port={} user=a password=b sslmode=disable", silent.port);
    let short = Duration::from_millis(200);
    let begun = Instant::now();
    let error = PostgresOptions::new(&connection).unwrap().connect_timeout(short).open().await.unwrap_err();
    assert_eq!(crate::support::kind(error), kakaopay_store::StoreErrorKind::Io);
    let took = begun.elapsed();
    assert!(took >= 2 * short && took < 2 * short + ONE_HOST, "{took:?}");
}

/// A primary that is suspended holds its connections open. Its standby takes over, and the store finds it, although
/// every pooled connection leads to the silent one.
#[tokio::test]
async fn f65_a_frozen_primary_is_left() {
    let Some(primary) = Cluster::start(Setup::new()) else { return };
    let standby = primary.standby("one");
    let both = with_ports(&primary, &[primary.port(), standby.port()]);
    let limit = Duration::from_secs(1);
    let store = options(&both).statement_timeout(limit).open().await.unwrap();
    let calls: Vec<_> = (0..8)
        .map(|number| {
            let store = store.clone();
            tokio::spawn(async move { store.commit(step(&format!("order-{number}"), 0, *b"one")).await })
        })
        .collect();
    for call in calls {
        call.await.expect("a task").expect("stored");
    }
    let copy = connect(&standby.tcp("postgres")).await;
    let stored = "SELECT count(*) FROM kakaopay.journal_entry";
    while copy.query_one(stored, &[]).await.ok().map(|row| row.get::<_, i64>(0)) != Some(8) {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    primary.freeze();
    copy.batch_execute("SELECT pg_promote()").await.unwrap();
    // All at once, as many as there are connections. Each reads before it writes, as the driver does.
    let begun = Instant::now();
    let calls: Vec<_> = (0..8)
        .map(|number| {
            let (store, name) = (store.clone(), format!("order-{number}"));
            tokio::spawn(async move {
                while begun.elapsed() < Duration::from_secs(60) {
                    let stored = store.commit(step(&name, 1, *b"two")).await;
                    if stored.is_ok()
                        || store.read_journal(&reference(&name)).await.is_ok_and(|j| j.len() == 2)
                    {
                        return;
                    }
                }
                panic!("the new primary is never found");
            })
        })
        .collect();
    for call in calls {
        call.await.unwrap();
    }
    let took = begun.elapsed();
    assert!(took < 2 * (ONE_HOST + limit) + Duration::from_secs(4), "{took:?}");
    assert_eq!(store.read_journal(&reference("order-0")).await.unwrap().len(), 2);
    primary.thaw();
}
