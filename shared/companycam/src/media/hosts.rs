//! Where media may come from: hosts, and the addresses behind their names.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Origin, Url};

/// The list of hosts makes no sense; the text says which entry and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct InvalidHosts(String);

/// The origins media may be fetched from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediaHosts(Vec<Rule>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Rule {
    /// An origin listed literally: allowed as it is, whatever its scheme, port and address.
    Literal(Origin),
    /// `https://*.example.com`, kept as `.example.com`.
    Subdomains(String),
}

/// How far a URL is trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trust {
    /// Somebody wrote down this very origin.
    Literal,
    /// Its name fits a wildcard, so its address has to be a public one.
    Name,
}

impl MediaHosts {
    /// Reads a comma-separated list, such as `https://*.companycam.com,http://127.0.0.1:9001`.
    ///
    /// A wildcard stands for one or more labels of real subdomains, over https on the default port.
    pub fn parse(list: &str) -> Result<Self, InvalidHosts> {
        let entries = list
            .split(',')
            .map(str::trim)
            .filter(|entry| !entry.is_empty());
        let rules = entries.map(rule).collect::<Result<Vec<_>, _>>()?;
        if rules.is_empty() {
            return Err(InvalidHosts("the list of photo hosts is empty".to_owned()));
        }
        Ok(Self(rules))
    }

    /// Whether a URL may be fetched.
    pub fn allows(&self, url: &Url) -> bool {
        self.check(url).is_ok()
    }

    /// Whether a URL may be fetched; the error says why not and holds no path and no query.
    pub(super) fn check(&self, url: &Url) -> Result<Trust, String> {
        if !url.username().is_empty() || url.password().is_some() {
            return Err("the address holds a user name".to_owned());
        }
        let origin = url.origin();
        if self
            .0
            .iter()
            .any(|rule| matches!(rule, Rule::Literal(literal) if *literal == origin))
        {
            return Ok(Trust::Literal);
        }
        if url.scheme() != "https" {
            return Err(format!("{} is not https", url.scheme()));
        }
        let Some(Host::Domain(host)) = url.host() else {
            return Err("the host is no name".to_owned());
        };
        if url.port().is_some() {
            return Err(format!("the port of {host} is not the default one"));
        }
        let fits = |suffix: &str| {
            host.strip_suffix(suffix)
                .is_some_and(|label| !label.is_empty())
        };
        if self
            .0
            .iter()
            .any(|rule| matches!(rule, Rule::Subdomains(suffix) if fits(suffix)))
        {
            return Ok(Trust::Name);
        }
        Err(format!("{host} is not one of the allowed hosts"))
    }
}

fn rule(entry: &str) -> Result<Rule, InvalidHosts> {
    let invalid = |why: &str| InvalidHosts(format!("photo host `{entry}`: {why}"));
    let wildcard = entry.contains('*');
    let literal = match entry.strip_prefix("https://*.") {
        Some(domain) if !domain.contains('*') => format!("https://{domain}"),
        None if !wildcard => entry.to_owned(),
        _ => return Err(invalid("a wildcard is written https://*.example.com")),
    };
    let url = Url::parse(&literal)
        .map_err(|_| invalid("is not an origin such as https://example.com"))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(invalid("only http and https can be fetched"));
    }
    let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    if !bare || !url.username().is_empty() || url.password().is_some() {
        return Err(invalid("an origin is scheme, host and port only"));
    }
    if !wildcard {
        return Ok(Rule::Literal(url.origin()));
    }
    match url.host() {
        Some(Host::Domain(domain))
            if domain.trim_end_matches('.').contains('.') && url.port().is_none() =>
        {
            Ok(Rule::Subdomains(format!(".{domain}")))
        }
        _ => Err(invalid(
            "a wildcard stands before a domain of at least two labels, without a port",
        )),
    }
}

/// The name is allowed, but leads to an address that is not on the public internet.
#[derive(Debug, thiserror::Error)]
#[error("its name leads to an address that is not public")]
pub(super) struct NotPublic;

/// Looks names up and hands on public addresses only. It is asked for the very connection that is
/// then made, so that no second lookup can give another answer.
pub(super) struct PublicOnly {
    lookup: Arc<dyn Resolve>,
}

impl PublicOnly {
    pub(super) fn over(lookup: Arc<dyn Resolve>) -> Self {
        Self { lookup }
    }
}

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        let found = self.lookup.resolve(name);
        Box::pin(async move {
            let public: Vec<SocketAddr> = found
                .await?
                .filter(|address| is_public(address.ip()))
                .collect();
            if public.is_empty() {
                return Err(NotPublic.into());
            }
            Ok(Box::new(public.into_iter()) as Addrs)
        })
    }
}

/// The machine's own resolver.
pub(super) struct System;

impl Resolve for System {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let addresses = tokio::net::lookup_host((name.as_str(), 0))
                .await?
                .collect::<Vec<_>>();
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}

fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

/// IANA's registry of special-purpose IPv4 addresses, from the private to the reserved.
fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = matches!(
        (a, b, c),
        (0 | 10 | 127 | 224.., ..)
            | (100, 64..=127, _)
            | (169, 254, _)
            | (172, 16..=31, _)
            | (192, 168, _)
            | (192, 0, 0 | 2)
            | (192, 88, 99)
            | (198, 18 | 19, _)
            | (198, 51, 100)
            | (203, 0, 113)
    );
    !special
}

/// Global unicast, without what is special in it; an address that wraps an IPv4 one counts as that.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let parts = address.segments();
    let wrapped = |at: usize| {
        let ([first, second], [third, fourth]) =
            (parts[at].to_be_bytes(), parts[at + 1].to_be_bytes());
        is_public_v4(Ipv4Addr::new(first, second, third, fourth))
    };
    match parts {
        // NAT64, which a network without IPv4 reaches everything by, and mapped addresses.
        [0x64, 0xff9b, 0, 0, 0, 0, ..] | [0, 0, 0, 0, 0, 0xffff, ..] => wrapped(6),
        // 6to4.
        [0x2002, ..] => wrapped(1),
        // Protocol assignments (Teredo among them) and documentation.
        [0x2001, 0..=0x1ff | 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => false,
        [first, ..] => (0x2000..=0x3fff).contains(&first),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts() -> MediaHosts {
        MediaHosts::parse("https://*.companycam.com, http://127.0.0.1:9001").unwrap()
    }

    fn check(url: &str) -> Result<Trust, String> {
        hosts().check(&Url::parse(url).unwrap())
    }

    #[test]
    fn allowed_are_real_subdomains_over_https_and_what_is_listed_literally() {
        assert_eq!(
            check("https://static.companycam.com/a.jpg?x=1"),
            Ok(Trust::Name)
        );
        assert_eq!(
            check("https://IMG.eu.CompanyCam.com:443/a"),
            Ok(Trust::Name)
        );
        assert_eq!(check("http://127.0.0.1:9001/a"), Ok(Trust::Literal));
    }

    #[test]
    fn nothing_else_is_allowed() {
        for url in [
            "http://static.companycam.com/a",
            "https://static.companycam.com:8443/a",
            "https://companycam.com/a",
            "https://evilcompanycam.com/a",
            "https://static.companycam.com.evil.example/a",
            "https://static.companycam.com./a",
            "https://static.companycam.com@evil.example/a",
            "https://evil.example\\@static.companycam.com/a",
            "https://user:pass@static.companycam.com/a",
            "https://evil.example/.companycam.com",
            "https://evil.example#.companycam.com",
            "https://127.0.0.1/a",
            "https://[::1]/a",
            "http://127.0.0.1:9002/a",
            "http://127.0.0.1/a",
            "http://localhost:9001/a",
            "http://u@127.0.0.1:9001/a",
            "ftp://static.companycam.com/a",
            "file:///etc/passwd",
            "data:image/png,x",
        ] {
            let refusal = check(url).expect_err(url);
            assert!(
                !refusal.contains("pass@") && !refusal.contains("/a"),
                "{refusal}"
            );
        }
    }

    #[test]
    fn a_list_that_makes_no_sense_is_refused_by_name() {
        for list in [
            "",
            " , ",
            "companycam.com",
            "https://*",
            "https://*.com",
            "https://*.*.com",
            "http://*.companycam.com",
            "https://*.companycam.com:8443",
            "https://static*.companycam.com",
            "https://*.127.0.0.1",
            "https://static.companycam.com/path",
            "https://user@static.companycam.com",
            "ftp://static.companycam.com",
        ] {
            let error = MediaHosts::parse(list).expect_err(list);
            assert!(
                error.to_string().contains(list.trim_matches([' ', ','])),
                "{error}"
            );
        }
    }

    #[test]
    fn private_loopback_and_link_local_addresses_are_not_public() {
        for address in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "192.0.2.1",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "fe80::1",
            "fd00::1",
            "fd00:ec2::254",
            "ff02::1",
            "::ffff:127.0.0.1",
            "::ffff:169.254.169.254",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "2001:db8::1",
            "2001::1",
            "::7f00:1",
        ] {
            assert!(!is_public(address.parse().unwrap()), "{address}");
        }
        for address in [
            "1.1.1.1",
            "100.63.0.1",
            "172.32.0.1",
            "99.86.0.1",
            "2600:9000::1",
            "2606:4700::1111",
            "::ffff:1.1.1.1",
            "64:ff9b::101:101",
        ] {
            assert!(is_public(address.parse().unwrap()), "{address}");
        }
    }
}
