//! What a server refuses by itself: order, extensions, policy, parameters, limits.

use super::answer::OwnAnswer;
use super::{Due, Protocol, Server, TlsPolicy};
use crate::Extension;
use crate::command::{Command, Verb};
use crate::error::PeerError;
use crate::family::mail::{BodyType, Mail, MailKeyword, MailParameter};
use crate::family::rcpt::{Rcpt, RcptParameter};
use crate::state::State;

/// Why a command is refused, and the answer.
type Refusal = (PeerError, OwnAnswer);

impl Server {
    /// Checks a command that is well formed.
    pub(super) fn gate(&self, command: &Command<'_>) -> Result<(), Refusal> {
        let Some(verb) = command.verb() else {
            return if self.config.deliver_unknown_verbs {
                Ok(())
            } else {
                Err((PeerError::NotImplemented, OwnAnswer::Unrecognized))
            };
        };
        self.gate_verb(verb)?;
        match command {
            Command::Mail(mail) => self.gate_mail(mail),
            Command::Rcpt(rcpt) => self.gate_rcpt(rcpt),
            Command::Data if self.flags.binary => {
                Err((self.bad_sequence(verb), OwnAnswer::BinaryNeedsBdat))
            }
            Command::Bdat(bdat) => {
                let before = if self.state == State::Chunks { self.size } else { 0 };
                let limit = self.config.limits.message;
                if before.saturating_add(bdat.size) > limit {
                    return Err((PeerError::Limit { name: "message", limit }, OwnAnswer::TooLarge));
                }
                Ok(())
            }
            Command::Vrfy(query) | Command::Expn(query)
                if query.needs_utf8() && !self.config.offers(Extension::SmtpUtf8) =>
            {
                Err(if query.smtputf8 {
                    (PeerError::UnknownParameter, OwnAnswer::Usage(verb))
                } else {
                    (PeerError::NeedsSmtpUtf8, OwnAnswer::NeedsSmtpUtf8)
                })
            }
            Command::Auth(auth) => {
                if !self.config.has_mechanism(auth.mechanism.as_str()) {
                    return Err((PeerError::NotImplemented, OwnAnswer::UnknownMechanism));
                }
                match auth.initial_response() {
                    Some(Err(_)) => Err((PeerError::NotBase64, OwnAnswer::NotBase64)),
                    _ => Ok(()),
                }
            }
            _ => Ok(()),
        }
    }

    fn gate_verb(&self, verb: Verb) -> Result<(), Refusal> {
        let lmtp = self.config.protocol == Protocol::Lmtp;
        if matches!(verb, Verb::Ehlo | Verb::Helo) && lmtp || verb == Verb::Lhlo && !lmtp {
            return Err((PeerError::WrongHello, OwnAnswer::WrongHello));
        }
        self.gate_offer(verb)?;
        self.gate_security(verb)?;
        if !self.state.allows(verb) {
            let answer = match (self.state, verb) {
                (State::Greeted, _) => OwnAnswer::HelloFirst,
                (State::Mail, Verb::Data | Verb::Bdat | Verb::Burl) => OwnAnswer::NoRecipients,
                _ => OwnAnswer::BadSequence,
            };
            return Err((self.bad_sequence(verb), answer));
        }
        Ok(())
    }

    /// A verb of an extension that is not offered is not there, whatever stands behind it.
    pub(super) fn gate_offer(&self, verb: Verb) -> Result<(), Refusal> {
        match verb.row().extension {
            Some(extension) if !self.config.offers(extension) => Err(match verb {
                // They are offered to clients that may speak for others; this one tries to.
                Verb::Xclient | Verb::Xforward => (PeerError::NotAuthorized, OwnAnswer::NotTrusted),
                _ => (PeerError::NotImplemented, OwnAnswer::NotImplemented),
            }),
            _ => Ok(()),
        }
    }

    /// TLS and authentication. RFC 3207 section 4, RFC 4954 sections 4 and 6.
    fn gate_security(&self, verb: Verb) -> Result<(), Refusal> {
        let free = matches!(
            verb,
            Verb::Ehlo
                | Verb::Helo
                | Verb::Lhlo
                | Verb::Noop
                | Verb::Quit
                | Verb::Rset
                | Verb::Help
                | Verb::StartTls
        );
        match verb {
            Verb::StartTls if self.flags.tls => {
                return Err((self.bad_sequence(verb), OwnAnswer::BadSequence));
            }
            Verb::Auth if self.flags.authenticated => {
                return Err((self.bad_sequence(verb), OwnAnswer::BadSequence));
            }
            Verb::Auth if !self.flags.tls && !self.config.auth_without_tls => {
                return Err((PeerError::NotAuthorized, OwnAnswer::EncryptionNeeded));
            }
            _ if free => return Ok(()),
            _ => {}
        }
        if self.config.tls == TlsPolicy::Required && !self.flags.tls {
            return Err((PeerError::NotAuthorized, OwnAnswer::TlsFirst));
        }
        let needs_auth = self.config.require_auth || matches!(verb, Verb::Burl | Verb::Atrn);
        if needs_auth && verb != Verb::Auth && !self.flags.authenticated {
            return Err((PeerError::NotAuthorized, OwnAnswer::AuthFirst));
        }
        Ok(())
    }

    fn gate_mail(&self, mail: &Mail<'_>) -> Result<(), Refusal> {
        let unknown = (PeerError::UnknownParameter, OwnAnswer::UnknownParameter);
        let parameters = &mail.parameters;
        if !parameters.is_empty() && !self.config.deliver_unknown_parameters {
            if !self.flags.extended || !self.config.allows_mail(parameters.seen(), self.flags.tls) {
                return Err(unknown);
            }
            if parameters.iter().any(|parameter| matches!(parameter, MailParameter::Other(_))) {
                return Err(unknown);
            }
        }
        if parameters.body() == BodyType::BinaryMime && !self.config.offers(Extension::BinaryMime) {
            return Err(unknown);
        }
        if mail.reverse_path.needs_utf8() && !parameters.smtputf8() {
            return Err((PeerError::NeedsSmtpUtf8, OwnAnswer::NeedsSmtpUtf8));
        }
        // RFC 4865 section 4.1 and RFC 3885 section 3.
        let both = parameters.has(MailKeyword::HoldFor) && parameters.has(MailKeyword::HoldUntil);
        let untracked = parameters.has(MailKeyword::Mtrk) && !parameters.has(MailKeyword::Envid);
        if both || untracked {
            return Err((PeerError::Contradiction, OwnAnswer::Contradiction));
        }
        let limit = self.config.limits.message;
        if parameters.size().is_some_and(|size| size > limit) {
            return Err((PeerError::Limit { name: "message", limit }, OwnAnswer::TooLarge));
        }
        Ok(())
    }

    fn gate_rcpt(&self, rcpt: &Rcpt<'_>) -> Result<(), Refusal> {
        let unknown = (PeerError::UnknownParameter, OwnAnswer::UnknownParameter);
        let parameters = &rcpt.parameters;
        if !parameters.is_empty() && !self.config.deliver_unknown_parameters {
            if !self.flags.extended || !self.config.allows_rcpt(parameters.seen()) {
                return Err(unknown);
            }
            if parameters.iter().any(|parameter| matches!(parameter, RcptParameter::Other(_))) {
                return Err(unknown);
            }
        }
        let utf8 = rcpt.forward_path.needs_utf8() || parameters.needs_utf8();
        if utf8 && !self.flags.smtputf8 {
            return Err((PeerError::NeedsSmtpUtf8, OwnAnswer::NeedsSmtpUtf8));
        }
        let limit = self.config.limits.recipients;
        let asked = self.owed.iter().filter(|due| *due == Due::Verb(Verb::Rcpt)).count();
        let asked = u32::try_from(asked).unwrap_or(u32::MAX);
        if self.recipients.saturating_add(asked) >= limit {
            let error = PeerError::Limit { name: "recipients", limit: limit.into() };
            return Err((error, OwnAnswer::TooManyRecipients));
        }
        Ok(())
    }

    const fn bad_sequence(&self, verb: Verb) -> PeerError {
        PeerError::BadSequence { verb, state: self.state }
    }
}
