//! How a connection begins.

use std::{
    io::{self, Read, Write},
    net::TcpStream,
    sync::Arc,
};

use anyhow::Result;
use rustls::{
    ServerConfig, ServerConnection, StreamOwned,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
};

/// The certificates of these trust a client of the hubs that are behind TLS.
pub const AUTHORITY: &str = include_str!("../../fixtures/certificates/authority.pem");
const KEY: &str = include_str!("../../fixtures/certificates/key.pem");

/// What somebody meets who connects.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Door {
    /// The hub, without TLS.
    Open,
    /// The hub, behind TLS.
    Tls(Certificate),
    /// These bytes, as soon as anything was said; then the end of the connection.
    Says(&'static [u8]),
}

/// What a server shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Certificate {
    /// What [`AUTHORITY`] vouches for.
    Trusted,
    /// The same, a few years ago.
    Expired,
    /// For another host.
    Elsewhere,
    /// What only the server vouches for.
    SelfSigned,
}

impl Certificate {
    fn pem(self) -> &'static str {
        match self {
            Self::Trusted => include_str!("../../fixtures/certificates/trusted.pem"),
            Self::Expired => include_str!("../../fixtures/certificates/expired.pem"),
            Self::Elsewhere => include_str!("../../fixtures/certificates/elsewhere.pem"),
            Self::SelfSigned => include_str!("../../fixtures/certificates/self-signed.pem"),
        }
    }

    fn config(self) -> Result<ServerConfig> {
        let chain = vec![CertificateDer::from_pem_slice(self.pem().as_bytes())?];
        let key = PrivateKeyDer::from_pem_slice(KEY.as_bytes())?;
        let provider = Arc::new(rustls_graviola::default_provider());
        let config = ServerConfig::builder_with_provider(provider);
        let config = config.with_safe_default_protocol_versions()?;
        Ok(config.with_no_client_auth().with_single_cert(chain, key)?)
    }
}

/// A connection behind its door.
pub(super) trait Wire: Read + Write {
    fn socket(&self) -> &TcpStream;
}

impl Wire for TcpStream {
    fn socket(&self) -> &TcpStream {
        self
    }
}

impl Wire for StreamOwned<ServerConnection, TcpStream> {
    fn socket(&self) -> &TcpStream {
        &self.sock
    }
}

/// A door, ready to be opened often.
#[derive(Clone)]
pub(super) enum Hung {
    Open,
    Tls(Arc<ServerConfig>),
    Says(&'static [u8]),
}

impl Door {
    /// What stands before the address of such a hub.
    pub(super) fn scheme(self) -> &'static str {
        match self {
            Self::Open => "http",
            Self::Tls(_) | Self::Says(_) => "https",
        }
    }

    pub(super) fn hang(self) -> Result<Hung> {
        Ok(match self {
            Self::Open => Hung::Open,
            Self::Tls(certificate) => Hung::Tls(Arc::new(certificate.config()?)),
            Self::Says(bytes) => Hung::Says(bytes),
        })
    }
}

impl Hung {
    /// Lets a client in; `None` when there is nobody behind the door.
    pub(super) fn open(&self, mut client: TcpStream) -> io::Result<Option<Box<dyn Wire>>> {
        client.set_nodelay(true)?;
        match self {
            Self::Open => Ok(Some(Box::new(client))),
            Self::Tls(config) => {
                let connection = ServerConnection::new(Arc::clone(config));
                let connection = connection.map_err(io::Error::other)?;
                Ok(Some(Box::new(StreamOwned::new(connection, client))))
            }
            Self::Says(bytes) => {
                let mut said = [0; 16 << 10];
                let _ = client.read(&mut said)?;
                client.write_all(bytes)?;
                client.shutdown(std::net::Shutdown::Write)?;
                // Whoever closes with something unread resets the connection.
                while client.read(&mut said)? > 0 {}
                Ok(None)
            }
        }
    }
}
