//! The certificates that the machine trusts, read when the first server shows its own.

use std::{
    fmt,
    sync::{Arc, OnceLock},
};

use rustls::{
    DigitallySignedStruct, Error, SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::CryptoProvider,
    pki_types::{CertificateDer, ServerName, UnixTime},
};
use rustls_platform_verifier::Verifier;

/// The platform's verifier, made when it is first needed: reading a hundred files and more takes longer than many a
/// program needs for all else, and one that speaks plain HTTP or nothing at all has no use for them.
pub(crate) struct Platform {
    provider: Arc<CryptoProvider>,
    made: OnceLock<Result<Verifier, String>>,
}

impl Platform {
    pub(super) fn new(provider: Arc<CryptoProvider>) -> Self {
        let made = OnceLock::new();
        Self { provider, made }
    }

    /// Why there is no verifier: a machine may trust no certificate at all, as small containers do.
    pub(crate) fn fault(&self) -> Option<&str> {
        self.made().as_ref().err().map(String::as_str)
    }

    #[cfg(test)]
    pub(crate) fn is_read(&self) -> bool {
        self.made.get().is_some()
    }

    fn made(&self) -> &Result<Verifier, String> {
        self.made.get_or_init(|| {
            Verifier::new(Arc::clone(&self.provider)).map_err(|error| {
                format!("the certificates that this machine trusts can't be had: {error}")
            })
        })
    }

    fn verifier(&self) -> Result<&Verifier, Error> {
        let made = self.made().as_ref();
        made.map_err(|fault| Error::General(fault.clone()))
    }
}

impl fmt::Debug for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Platform").finish_non_exhaustive()
    }
}

impl ServerCertVerifier for Platform {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let verifier = self.verifier()?;
        verifier.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.verifier()?
            .verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.verifier()?
            .verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        // What the first message of a handshake offers, before any certificate is seen.
        let algorithms = &self.provider.signature_verification_algorithms;
        algorithms.supported_schemes()
    }
}
