//! What is to be delivered, and how it fits what the server offers.

use alloc::collections::VecDeque;
use alloc::vec::Vec;

use super::{Recipient, RecipientOutcome};
use crate::client::Client;
use crate::element::domain::Domain;
use crate::element::path::{ForwardPath, ReversePath};
use crate::extension::Extension;
use crate::family::mail::{BodyType, Mail, MailParameter, MailParameters};
use crate::family::rcpt::{Rcpt, RcptParameter, RcptParameters};

/// When a message goes out with BDAT instead of DATA.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Chunking {
    /// Only a binary message, which DATA cannot carry.
    #[default]
    WhenNeeded,
    /// Whenever the server offers CHUNKING.
    Preferred,
}

/// A message without its content: from whom, to whom, and what is known of it.
///
/// # Example
/// ```
/// use mailwire_smtp::delivery::Envelope;
/// use mailwire_smtp::element::path::{ForwardPath, ReversePath};
/// let to = [ForwardPath::mailbox("b", "mail.example").unwrap()];
/// let mut envelope = Envelope::new(ReversePath::Null, to);
/// envelope.size = Some(1024);
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Envelope {
    /// Where failures are reported to.
    pub reverse_path: ReversePath<'static>,
    /// Octets of the message with CRLF line ends, when known.
    pub size: Option<u64>,
    /// What the content holds.
    pub body: BodyType,
    /// True when headers of the message hold UTF-8. Addresses are looked at here.
    pub smtputf8: bool,
    /// More parameters of MAIL. Those of DSN are left out where the server does not offer it.
    pub parameters: MailParameters<'static>,
    /// When to use BDAT.
    pub chunking: Chunking,
    /// Most recipients of one transaction, whatever the server allows.
    pub max_recipients: usize,
    recipients: Vec<Rcpt<'static>>,
}

impl Envelope {
    /// An envelope for a message of 7-bit lines.
    #[must_use]
    pub fn new(
        reverse_path: ReversePath<'static>,
        recipients: impl IntoIterator<Item = ForwardPath<'static>>,
    ) -> Self {
        Self {
            reverse_path,
            size: None,
            body: BodyType::SevenBit,
            smtputf8: false,
            parameters: MailParameters::new(),
            chunking: Chunking::WhenNeeded,
            max_recipients: 1000,
            recipients: recipients.into_iter().map(Rcpt::new).collect(),
        }
    }

    /// Adds a recipient with parameters.
    pub fn add(&mut self, recipient: Rcpt<'static>) {
        self.recipients.push(recipient);
    }

    pub(super) fn take_recipients(&self) -> Vec<Recipient> {
        self.recipients
            .iter()
            .map(|rcpt| Recipient { rcpt: rcpt.clone(), outcome: RecipientOutcome::Pending })
            .collect()
    }

    pub(super) fn wants_chunks(&self) -> bool {
        self.chunking == Chunking::Preferred || self.body == BodyType::BinaryMime
    }

    fn needs_utf8(&self, client: &Client) -> bool {
        let dsn = client.extensions().has(Extension::Dsn);
        self.smtputf8
            || self.reverse_path.needs_utf8()
            || self
                .recipients
                .iter()
                .any(|rcpt| rcpt.forward_path.needs_utf8() || dsn && rcpt.parameters.needs_utf8())
    }

    /// The extension without which the message cannot be sent.
    pub(super) fn problem(&self, client: &Client) -> Option<Extension> {
        let offered = client.extensions();
        let needs = [
            (self.body == BodyType::EightBitMime, Extension::EightBitMime),
            (self.body == BodyType::BinaryMime, Extension::BinaryMime),
            (self.body == BodyType::BinaryMime, Extension::Chunking),
            (self.needs_utf8(client), Extension::SmtpUtf8),
        ];
        if let Some((_, extension)) =
            needs.into_iter().find(|(needed, extension)| *needed && !offered.has(*extension))
        {
            return Some(extension);
        }
        match (self.size, offered.max_size()) {
            (Some(size), Some(limit)) if size > limit => Some(Extension::Size),
            _ => None,
        }
    }

    /// The MAIL command for what the server offers.
    pub(super) fn mail(&self, client: &Client) -> Mail<'static> {
        let offered = client.extensions();
        let mut parameters = MailParameters::new();
        let mut add = |parameter: MailParameter<'_>| {
            // A parameter that the caller gave already stays as it is.
            if let Ok(more) = parameters.clone().with(parameter) {
                parameters = more;
            }
        };
        for parameter in self.parameters.iter() {
            let dsn = matches!(parameter, MailParameter::Ret(_) | MailParameter::Envid(_));
            if !dsn || offered.has(Extension::Dsn) {
                add(parameter);
            }
        }
        if let (Some(size), true) = (self.size, offered.has(Extension::Size)) {
            add(MailParameter::Size(size));
        }
        if self.body != BodyType::SevenBit {
            add(MailParameter::Body(self.body));
        }
        if self.needs_utf8(client) {
            add(MailParameter::SmtpUtf8);
        }
        Mail { reverse_path: self.reverse_path.clone(), parameters }
    }

    /// The RCPT command for what the server offers.
    pub(super) fn rcpt(&self, client: &Client, rcpt: &Rcpt<'static>) -> Rcpt<'static> {
        if client.extensions().has(Extension::Dsn) || rcpt.parameters.is_empty() {
            return rcpt.clone();
        }
        let kept = rcpt
            .parameters
            .iter()
            .filter(|parameter| {
                !matches!(parameter, RcptParameter::Notify(_) | RcptParameter::Orcpt(_))
            })
            .fold(RcptParameters::new(), |list, parameter| {
                list.clone().with(parameter).unwrap_or(list)
            });
        Rcpt { forward_path: rcpt.forward_path.clone(), parameters: kept }
    }

    /// Takes the recipients of the next transaction from those that wait. RFC 9422: RCPTMAX of the
    /// transaction, and RCPTDOMAINMAX of the session.
    pub(super) fn batch(
        &self,
        client: &Client,
        recipients: &[Recipient],
        waiting: &mut VecDeque<usize>,
    ) -> Vec<usize> {
        let limit =
            |name| client.extensions().limit(name).and_then(|limit| usize::try_from(limit).ok());
        let most = limit("RCPTMAX").unwrap_or(usize::MAX).min(self.max_recipients).max(1);
        let most_domains = limit("RCPTDOMAINMAX").unwrap_or(usize::MAX);
        let mut domains: Vec<Domain<'_>> = client.recipient_domains().to_vec();
        let mut batch = Vec::new();
        let mut left = VecDeque::new();
        while let Some(index) = waiting.pop_front() {
            let domain =
                recipients.get(index).and_then(|recipient| match &recipient.rcpt.forward_path {
                    ForwardPath::Path(path) => Some(path.mailbox.domain.clone()),
                    _ => None,
                });
            // The local postmaster has no domain.
            let new = domain.filter(|domain| !domains.contains(domain));
            let full = most_domains < usize::MAX && domains.len() >= most_domains;
            if batch.len() >= most || full && new.is_some() {
                left.push_back(index);
                continue;
            }
            if most_domains < usize::MAX {
                domains.extend(new);
            }
            batch.push(index);
        }
        *waiting = left;
        batch
    }
}
