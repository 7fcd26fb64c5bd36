//! Where a token may go.

use hubkit_types::{Origin, Scheme};

/// Whether a token may travel over plain http to another machine.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum InsecureTokens {
    /// It may not.
    #[default]
    Refuse,
    /// It may: the person who runs the program said so.
    Allow,
}

/// Whether a token that belongs to `token_origin` may be sent to `to`.
///
/// Scheme, host and port must be equal, and what carries the token must be https or stay on this machine. Asked anew
/// for every redirect and every `Link`.
pub fn may_carry(token_origin: &Origin, to: &Origin, insecure: InsecureTokens) -> bool {
    let private = to.scheme() == Scheme::Https || to.is_loopback();
    token_origin == to && (private || insecure == InsecureTokens::Allow)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_stays_with_its_origin_and_off_the_open_wire() {
        use InsecureTokens::{Allow, Refuse};
        let table = [
            ("https://hub", "https://hub", Refuse, true),
            ("https://hub", "https://HUB:443/", Refuse, true),
            ("https://hub", "https://hub:8443", Refuse, false),
            ("https://hub", "https://cdn.hub", Refuse, false),
            ("https://hub", "https://cdn.hub", Allow, false),
            ("https://hub", "http://hub", Allow, false),
            ("http://hub", "https://hub", Allow, false),
            ("http://hub", "http://hub", Refuse, false),
            ("http://hub", "http://hub", Allow, true),
            (
                "http://127.0.0.1:8080",
                "http://127.0.0.1:8080",
                Refuse,
                true,
            ),
            ("http://localhost", "http://localhost", Refuse, true),
            ("http://[::1]:1", "http://[::1]:1", Refuse, true),
            ("http://127.0.0.1:1", "http://127.0.0.1:2", Refuse, false),
            (
                "http://127.0.0.1.evil",
                "http://127.0.0.1.evil",
                Refuse,
                false,
            ),
        ];
        for (owner, to, insecure, wanted) in table {
            let owner: Origin = owner.parse().expect("an origin");
            let to = to.parse().expect("an origin");
            assert_eq!(may_carry(&owner, &to, insecure), wanted, "{owner} {to}");
        }
    }
}
