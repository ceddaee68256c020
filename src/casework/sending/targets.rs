//! Where messages go, as the operator names it.

use secrecy::{SecretSlice, SecretString};
use std::net::IpAddr;

/// A mail server, as the operator names it.
#[derive(Clone, Debug)]
pub struct MailSettings {
    /// Its address: `smtps://HOST:465`, `smtp://HOST:587?tls=required`, or `smtp://127.0.0.1:25` on this machine.
    pub server: String,
    /// The sender of all messages.
    pub from: String,
    /// User and password, if it asks for them.
    pub credentials: Option<(String, SecretString)>,
}

/// A program that is told, as the operator names it.
#[derive(Clone, Debug)]
pub struct WebhookSettings {
    /// What it is called here.
    pub name: String,
    /// Its address.
    pub url: String,
    /// The secret with which messages are signed.
    pub secret: SecretSlice<u8>,
    /// Whether it may be inside the house: on this machine, or at an address of a private network.
    pub internal: bool,
}

/// Whether a webhook may be at an address. Inside the house only where the operator says so, and never at an address that
/// a machine has to itself (link-local, where clouds keep their secrets) or that is nobody's.
pub fn may_be_reached(address: IpAddr, internal: bool) -> bool {
    let address = address.to_canonical();
    let never = match address {
        IpAddr::V4(v4) => v4.is_link_local() || v4.is_broadcast() || v4.octets().first() == Some(&0),
        IpAddr::V6(v6) => v6.is_unicast_link_local() || v6.is_unspecified(),
    };
    let inside = match address {
        IpAddr::V4(v4) => v4.is_loopback() || v4.is_private() || matches!(v4.octets(), [100, 64..=127, ..]),
        IpAddr::V6(v6) => v6.is_loopback() || v6.is_unique_local(),
    };
    !never && !address.is_multicast() && (internal || !inside)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_leads_inside_only_where_the_operator_says_so() {
        for (address, outside, inside) in [
            ("93.184.216.34", true, true),
            ("2606:2800:220:1::1", true, true),
            ("127.0.0.1", false, true),
            ("10.1.2.3", false, true),
            ("192.168.1.1", false, true),
            ("100.64.0.1", false, true),
            ("::1", false, true),
            ("fd00::1", false, true),
            ("::ffff:127.0.0.1", false, true),
            ("169.254.169.254", false, false),
            ("::ffff:169.254.169.254", false, false),
            ("fe80::1", false, false),
            ("0.0.0.0", false, false),
            ("255.255.255.255", false, false),
            ("224.0.0.1", false, false),
        ] {
            let ip: IpAddr = address.parse().unwrap();
            assert_eq!((may_be_reached(ip, false), may_be_reached(ip, true)), (outside, inside), "{address}");
        }
    }
}
