//! The hosts of a connection string, in the order in which they are tried.

use std::io;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use tokio_postgres::Config;
use tokio_postgres::config::Host;

use crate::open_error::PostgresOpenError;

const DEFAULT_PORT: u16 = 5432;

/// The hosts of a connection string. The address that worked last is tried first.
pub(crate) struct Hosts {
    /// One configuration for each host.
    each: Vec<Config>,
    worked: Mutex<Option<Config>>,
}

impl Hosts {
    /// The hosts of a connection string.
    ///
    /// # Errors
    /// `InvalidConnection` if it has no host, or another number of addresses or ports than hosts.
    pub(crate) fn new(all: &Config) -> Result<Self, PostgresOpenError> {
        let (hosts, addresses, ports) = (all.get_hosts(), all.get_hostaddrs(), all.get_ports());
        let count = hosts.len().max(addresses.len());
        let differ = !hosts.is_empty() && !addresses.is_empty() && hosts.len() != addresses.len();
        if count == 0 || differ || (ports.len() > 1 && ports.len() != count) {
            return Err(PostgresOpenError::InvalidConnection);
        }
        let each = (0..count).map(|index| {
            let mut one = without_hosts(all);
            match hosts.get(index) {
                Some(Host::Tcp(name)) => _ = one.host(name),
                #[cfg(unix)]
                Some(Host::Unix(path)) => _ = one.host_path(path),
                None => {}
            }
            addresses.get(index).map(|address| one.hostaddr(*address));
            one.port(ports.get(index).or(ports.first()).copied().unwrap_or(DEFAULT_PORT));
            one
        });
        Ok(Self { each: each.collect(), worked: Mutex::new(None) })
    }

    /// One configuration for each host.
    pub(crate) fn each(&self) -> &[Config] {
        &self.each
    }

    /// The address that worked last.
    pub(crate) fn worked(&self) -> Option<Config> {
        self.worked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Tries this address first from now on.
    pub(crate) fn has_worked(&self, address: &Config) {
        *self.worked.lock().unwrap_or_else(PoisonError::into_inner) = Some(address.clone());
    }
}

/// The addresses of a host, one configuration each.
pub(crate) async fn addresses(host: &Config) -> io::Result<Vec<Config>> {
    let Some(Host::Tcp(name)) = host.get_hosts().first() else { return Ok(vec![host.clone()]) };
    if !host.get_hostaddrs().is_empty() {
        return Ok(vec![host.clone()]);
    }
    let found = tokio::net::lookup_host((name.as_str(), DEFAULT_PORT)).await?;
    let mut addresses: Vec<IpAddr> = Vec::new();
    for address in found.map(|address| address.ip()) {
        if !addresses.contains(&address) {
            addresses.push(address);
        }
    }
    let at = |address| {
        let mut one = host.clone();
        one.hostaddr(address);
        one
    };
    Ok(addresses.into_iter().map(at).collect())
}

/// The name and port of a host, or the path of a socket. Contains nothing else of the connection string.
pub(crate) fn name(host: &Config) -> String {
    let port = host.get_ports().first().copied().unwrap_or(DEFAULT_PORT);
    match (host.get_hosts().first(), host.get_hostaddrs().first()) {
        (Some(Host::Tcp(name)), _) => format!("{name}:{port}"),
        #[cfg(unix)]
        (Some(Host::Unix(path)), _) => path.display().to_string(),
        (None, address) => address.map_or_else(String::new, |address| format!("{address}:{port}")),
    }
}

/// Everything of a configuration but its hosts.
fn without_hosts(all: &Config) -> Config {
    let mut one = Config::new();
    all.get_user().map(|user| one.user(user));
    all.get_password().map(|password| one.password(password));
    all.get_dbname().map(|name| one.dbname(name));
    all.get_options().map(|options| one.options(options));
    all.get_application_name().map(|name| one.application_name(name));
    all.get_tcp_user_timeout().map(|timeout| one.tcp_user_timeout(*timeout));
    all.get_keepalives_interval().map(|interval| one.keepalives_interval(interval));
    all.get_keepalives_retries().map(|retries| one.keepalives_retries(retries));
    one.keepalives(all.get_keepalives())
        .keepalives_idle(all.get_keepalives_idle())
        .ssl_mode(all.get_ssl_mode())
        .ssl_negotiation(all.get_ssl_negotiation())
        .channel_binding(all.get_channel_binding())
        .target_session_attrs(all.get_target_session_attrs());
    one
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(connection: &str) -> Option<Vec<String>> {
        let hosts = Hosts::new(&connection.parse().unwrap()).ok()?;
        Some(hosts.each().iter().map(name).collect())
    }

    #[test]
    fn f65_each_host_has_its_own_port_or_the_common_one() {
        assert_eq!(names("host=a,b").unwrap(), ["a:5432", "b:5432"]);
        assert_eq!(names("host=a,b port=7").unwrap(), ["a:7", "b:7"]);
        assert_eq!(names("host=a,b port=7,8").unwrap(), ["a:7", "b:8"]);
        assert_eq!(names("hostaddr=127.0.0.1,::1").unwrap(), ["127.0.0.1:5432", "::1:5432"]);
        assert_eq!(names("host=/run/pg").unwrap(), ["/run/pg"]);
    }

    #[test]
    fn hosts_that_do_not_match_are_refused() {
        for bad in ["user=a", "host=a,b hostaddr=127.0.0.1", "host=a,b,c port=7,8"] {
            assert_eq!(names(bad), None, "{bad}");
        }
    }

    #[test]
    fn nothing_but_the_host_is_lost_or_changed() {
        let text = "user=u password=p dbname=d options=-x application_name=n sslmode=require sslnegotiation=direct \
                    tcp_user_timeout=7 keepalives=0 keepalives_idle=8 keepalives_interval=9 keepalives_retries=3 \
                    target_session_attrs=read-write channel_binding=require host=h port=4";
        let all: Config = text.parse().unwrap();
        assert_eq!(Hosts::new(&all).unwrap().each(), [all]);
    }

    #[tokio::test]
    async fn f65_a_name_with_several_addresses_is_tried_at_each() {
        let host = Hosts::new(&"host=localhost port=7".parse().unwrap()).unwrap();
        let found = addresses(&host.each()[0]).await.unwrap();
        assert!(!found.is_empty());
        for one in found {
            assert_eq!(one.get_hostaddrs().len(), 1);
            assert_eq!(name(&one), "localhost:7");
        }
    }
}
