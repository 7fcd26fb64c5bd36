//! rustls with graviola's primitives and the certificates that the machine trusts.

mod platform;

use std::sync::Arc;

use rustls::{
    ClientConfig, DigitallySignedStruct, Error, SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::{CryptoProvider, GetRandomFailed, SecureRandom},
    pki_types::{CertificateDer, ServerName, UnixTime, pem::PemObject as _},
};
use rustls_platform_verifier::Verifier;

pub(super) use self::platform::Platform;
use super::Https;
use crate::BuildError;

/// The first instruction set that graviola needs and this processor lacks. Graviola itself would panic.
pub(super) fn missing_instruction_set() -> Option<&'static str> {
    #[cfg(target_arch = "x86_64")]
    let sets = [
        ("aes", std::is_x86_feature_detected!("aes")),
        ("ssse3", std::is_x86_feature_detected!("ssse3")),
        ("pclmulqdq", std::is_x86_feature_detected!("pclmulqdq")),
        ("avx", std::is_x86_feature_detected!("avx")),
        ("avx2", std::is_x86_feature_detected!("avx2")),
        ("bmi1", std::is_x86_feature_detected!("bmi1")),
        ("bmi2", std::is_x86_feature_detected!("bmi2")),
        ("adx", std::is_x86_feature_detected!("adx")),
    ];
    #[cfg(target_arch = "aarch64")]
    let sets = [
        ("neon", std::arch::is_aarch64_feature_detected!("neon")),
        ("aes", std::arch::is_aarch64_feature_detected!("aes")),
        ("pmull", std::arch::is_aarch64_feature_detected!("pmull")),
        ("sha2", std::arch::is_aarch64_feature_detected!("sha2")),
    ];
    sets.into_iter()
        .find_map(|(name, present)| (!present).then_some(name))
}

/// The configuration, and whether it refuses every connection.
pub(super) fn client_config(
    roots: &[Vec<u8>],
    missing: Option<&'static str>,
) -> Result<(ClientConfig, Https), BuildError> {
    let roots = read_roots(roots)?;
    let mut provider = rustls_graviola::default_provider();
    if missing.is_some() {
        // The first thing of a handshake, so that nothing else of graviola is ever reached: not even by way of a
        // proxy that is spoken to over TLS.
        provider.secure_random = &NoRandom;
    }
    let provider = Arc::new(provider);
    let (verifier, https): (Arc<dyn ServerCertVerifier>, Https) = match missing {
        Some(name) => {
            let reason = processor_fault(name);
            let algorithms = &provider.signature_verification_algorithms;
            let schemes = algorithms.supported_schemes();
            let refusal = Refusal {
                reason: reason.clone(),
                schemes,
            };
            (Arc::new(refusal), Https::Fails(reason))
        }
        None if roots.is_empty() => {
            let platform = Arc::new(Platform::new(Arc::clone(&provider)));
            (platform.clone(), Https::Platform(platform))
        }
        None => (Arc::new(verifier(roots, &provider)?), Https::Works),
    };
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("graviola has suites for the default versions")
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    Ok((config, https))
}

fn processor_fault(name: &str) -> String {
    format!(
        "this processor lacks the instruction set `{name}`, which the built-in TLS needs; a program built with the \
         feature `native-tls` does without it"
    )
}

fn read_roots(bundles: &[Vec<u8>]) -> Result<Vec<CertificateDer<'static>>, BuildError> {
    let mut roots = Vec::new();
    for pem in bundles {
        let before = roots.len();
        for certificate in CertificateDer::pem_slice_iter(pem) {
            roots.push(certificate.map_err(|source| {
                BuildError::new("the extra root certificates can't be read").with_source(source)
            })?);
        }
        if roots.len() == before {
            return Err(BuildError::new(
                "the extra root certificates hold no certificate",
            ));
        }
    }
    Ok(roots)
}

/// The platform's verifier with more roots. Made at once, so that unusable roots are told of where they were given.
fn verifier(
    roots: Vec<CertificateDer<'static>>,
    provider: &Arc<CryptoProvider>,
) -> Result<Verifier, BuildError> {
    #[cfg(not(target_os = "android"))]
    let made = Verifier::new_with_extra_roots(roots, Arc::clone(provider));
    #[cfg(target_os = "android")]
    let made = Err::<Verifier, _>(Error::General(
        "Android takes certificates from its settings alone".to_owned(),
    ));
    made.map_err(|source| {
        BuildError::new("the extra root certificates can't be used").with_source(source)
    })
}

#[derive(Debug)]
struct NoRandom;

impl SecureRandom for NoRandom {
    fn fill(&self, _: &mut [u8]) -> Result<(), GetRandomFailed> {
        Err(GetRandomFailed)
    }
}

/// Trusts nobody, and says why.
#[derive(Debug)]
struct Refusal {
    reason: String,
    schemes: Vec<SignatureScheme>,
}

impl Refusal {
    fn error(&self) -> Error {
        Error::General(self.reason.clone())
    }
}

impl ServerCertVerifier for Refusal {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Err(self.error())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(self.error())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(self.error())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.schemes.clone()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use rustls::{ClientConnection, pki_types::ServerName};

    use super::*;

    #[test]
    fn a_processor_without_aes_is_told_so_and_never_reaches_graviola() {
        let (config, https) = client_config(&[], Some("aes")).expect("plain HTTP must still work");
        let fault = https.fault().expect("a reason");
        assert!(
            fault.contains("`aes`") && fault.contains("`native-tls`"),
            "{fault}"
        );
        let server = ServerName::try_from("hub.example").expect("a name");
        let error = ClientConnection::new(Arc::new(config), server).expect_err("refused");
        assert_eq!(error, Error::FailedToGetRandomBytes);
    }

    #[test]
    fn extra_roots_must_be_certificates() {
        for pem in [
            &b"no certificate"[..],
            b"",
            b"-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n",
            b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        ] {
            let error = client_config(&[pem.to_vec()], None).expect_err("no certificate");
            assert!(
                error.to_string().contains("extra root certificates"),
                "{error}"
            );
        }
    }
}
