//! Which TLS, and with which certificates (`docs/decisions/0003-tls-without-a-c-compiler.md`).

use crate::BuildError;

#[cfg(all(
    feature = "rustls",
    any(target_arch = "x86_64", target_arch = "aarch64")
))]
mod graviola;

#[cfg(all(
    feature = "rustls",
    not(feature = "native-tls"),
    not(any(target_arch = "x86_64", target_arch = "aarch64"))
))]
compile_error!(
    "rustls-graviola knows x86_64 and aarch64 alone: on this target, build hubkit-transport-reqwest with the feature \
     `native-tls`"
);

const HAS_RUSTLS: bool = cfg!(all(
    feature = "rustls",
    any(target_arch = "x86_64", target_arch = "aarch64")
));

/// A TLS stack.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
#[non_exhaustive]
pub enum Tls {
    /// Rustls, where it was built in, or else the platform's.
    #[default]
    Default,
    /// Rustls with graviola: the feature `rustls`.
    Rustls,
    /// The platform's own: the feature `native-tls`.
    Native,
}

/// Whether `https` will work.
#[derive(Clone, Debug)]
pub(crate) enum Https {
    #[cfg_attr(
        not(any(
            feature = "native-tls",
            all(
                feature = "rustls",
                any(target_arch = "x86_64", target_arch = "aarch64")
            )
        )),
        expect(dead_code, reason = "a program without TLS has no https that works")
    )]
    Works,
    /// Not, and why.
    Fails(String),
    /// If the machine trusts anybody at all, which is found out when it matters.
    #[cfg(all(
        feature = "rustls",
        any(target_arch = "x86_64", target_arch = "aarch64")
    ))]
    Platform(std::sync::Arc<graviola::Platform>),
}

impl Https {
    /// Why not.
    pub(crate) fn fault(&self) -> Option<&str> {
        match self {
            Self::Works => None,
            Self::Fails(reason) => Some(reason),
            #[cfg(all(
                feature = "rustls",
                any(target_arch = "x86_64", target_arch = "aarch64")
            ))]
            Self::Platform(platform) => platform.fault(),
        }
    }
}

/// What all connections of a transport have in common.
pub(crate) struct Setup {
    stack: Stack,
    pub(crate) https: Https,
}

enum Stack {
    Absent,
    #[cfg(all(
        feature = "rustls",
        any(target_arch = "x86_64", target_arch = "aarch64")
    ))]
    Rustls(Box<rustls::ClientConfig>),
    #[cfg(feature = "native-tls")]
    Native(Vec<reqwest::Certificate>),
}

/// Which versions of HTTP a connection may agree on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Versions {
    One,
    OneOrTwo,
}

impl Setup {
    pub(crate) fn new(tls: Tls, roots: &[Vec<u8>]) -> Result<Self, BuildError> {
        let has_native = cfg!(feature = "native-tls");
        match tls {
            Tls::Rustls if !HAS_RUSTLS => Err(not_built_in("rustls")),
            Tls::Native if !has_native => Err(not_built_in("native-tls")),
            Tls::Native => use_native(roots),
            Tls::Default if !HAS_RUSTLS && has_native => use_native(roots),
            Tls::Default if !HAS_RUSTLS => Ok(Self {
                stack: Stack::Absent,
                https: Https::Fails(
                    "this program was built without TLS: neither the feature `rustls` nor `native-tls` is on"
                        .to_owned(),
                ),
            }),
            Tls::Default | Tls::Rustls => use_rustls(roots),
        }
    }

    /// Makes a client use it.
    pub(crate) fn configure(
        &self,
        client: reqwest::ClientBuilder,
        versions: Versions,
    ) -> reqwest::ClientBuilder {
        let client = match versions {
            Versions::One => client.http1_only(),
            Versions::OneOrTwo => client,
        };
        match &self.stack {
            Stack::Absent => client,
            #[cfg(all(
                feature = "rustls",
                any(target_arch = "x86_64", target_arch = "aarch64")
            ))]
            Stack::Rustls(config) => {
                // A finished configuration is taken as it is: the versions are offered by it alone.
                let mut config = (**config).clone();
                config.alpn_protocols = match versions {
                    Versions::One => vec![b"http/1.1".to_vec()],
                    Versions::OneOrTwo => vec![b"h2".to_vec(), b"http/1.1".to_vec()],
                };
                client.tls_backend_preconfigured(config)
            }
            #[cfg(feature = "native-tls")]
            Stack::Native(certificates) => client
                .tls_backend_native()
                .tls_certs_merge(certificates.iter().cloned()),
        }
    }
}

fn not_built_in(feature: &str) -> BuildError {
    BuildError::new(format!(
        "this program was built without the feature `{feature}`"
    ))
}

#[cfg(all(
    feature = "rustls",
    any(target_arch = "x86_64", target_arch = "aarch64")
))]
fn use_rustls(roots: &[Vec<u8>]) -> Result<Setup, BuildError> {
    let (config, https) = graviola::client_config(roots, graviola::missing_instruction_set())?;
    Ok(Setup {
        stack: Stack::Rustls(Box::new(config)),
        https,
    })
}

#[cfg(not(all(
    feature = "rustls",
    any(target_arch = "x86_64", target_arch = "aarch64")
)))]
fn use_rustls(_: &[Vec<u8>]) -> Result<Setup, BuildError> {
    Err(not_built_in("rustls"))
}

#[cfg(feature = "native-tls")]
fn use_native(roots: &[Vec<u8>]) -> Result<Setup, BuildError> {
    let mut certificates = Vec::new();
    for pem in roots {
        let parsed = reqwest::Certificate::from_pem_bundle(pem).map_err(|source| {
            BuildError::new("the extra root certificates can't be read").with_source(source)
        })?;
        if parsed.is_empty() {
            return Err(BuildError::new(
                "the extra root certificates hold no certificate",
            ));
        }
        certificates.extend(parsed);
    }
    Ok(Setup {
        stack: Stack::Native(certificates),
        https: Https::Works,
    })
}

#[cfg(not(feature = "native-tls"))]
fn use_native(_: &[Vec<u8>]) -> Result<Setup, BuildError> {
    Err(not_built_in("native-tls"))
}
