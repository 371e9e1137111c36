//! What a client refuses before anything is sent.

use super::{Client, Phase, Transaction};
use crate::command::{Command, Group, Verb};
use crate::element::path::ForwardPath;
use crate::error::UsageError;
use crate::extension::{EXTENSIONS, Extension, ExtensionRow};
use crate::family::mail::{BodyType, Mail, MailKeyword};
use crate::family::rcpt::{Rcpt, RcptKeyword};
use crate::protocol::Protocol;
use crate::state::{Outcome, State};
use mailwire_core::TlsPolicy;

impl Client {
    /// Checks a command against the state, the extensions and the policy.
    pub(super) fn check(&self, command: &Command<'_>) -> Result<(), UsageError> {
        if self.is_closed() {
            return Err(UsageError::Closed);
        }
        let waiting = self.held.len().saturating_add(self.queue.len());
        if waiting > self.config.limits.transmit {
            return Err(UsageError::Busy);
        }
        let what = command.verb().map_or("this command", Verb::as_str);
        let not_now = Err(UsageError::NotNow { what });
        // Nothing is known of the session behind a command that changes it.
        let alone = |verb: Verb| verb.row().group == Group::Alone;
        if self.commands.iter().any(|command| command.verb.is_some_and(alone))
            || matches!(self.phase, Phase::Tls(_))
            || self.planned == State::Connected
        {
            return not_now;
        }
        let Some(verb) = command.verb() else {
            // What an unknown verb says and does is not known, so it is bound like any.
            let required = self.config.tls == TlsPolicy::Required && !self.flags.tls;
            return match self.planned.allows(Verb::Noop) {
                false => not_now,
                true if required => Err(UsageError::TlsRequired),
                true => Ok(()),
            };
        };
        if alone(verb) && !self.commands.is_empty() || !self.planned.allows(verb) {
            return not_now;
        }
        let lmtp = self.config.protocol == Protocol::Lmtp;
        if matches!(verb, Verb::Ehlo | Verb::Helo) && lmtp || verb == Verb::Lhlo && !lmtp {
            return not_now;
        }
        if let Some(extension) = verb.row().extension {
            self.check_offered(extension)?;
        }
        self.check_security(verb)?;
        match command {
            Command::Mail(mail) => self.check_mail(mail),
            Command::Rcpt(rcpt) => self.check_rcpt(rcpt),
            Command::Data if self.given.binary => not_now,
            Command::Auth(auth) if !self.extensions.has_mechanism(auth.mechanism.as_str()) => {
                Err(UsageError::NotOffered(Extension::Auth))
            }
            // RFC 4954 section 4.
            Command::Auth(_) if self.flags.authenticated => not_now,
            // RFC 6531 section 3.7.4.2: the argument may hold UTF-8 where that is offered.
            Command::Vrfy(query) | Command::Expn(query) if query.needs_utf8() => {
                self.check_offered(Extension::SmtpUtf8)
            }
            _ => Ok(()),
        }
    }

    fn check_offered(&self, extension: Extension) -> Result<(), UsageError> {
        if self.extensions.has(extension) { Ok(()) } else { Err(UsageError::NotOffered(extension)) }
    }

    fn check_security(&self, verb: Verb) -> Result<(), UsageError> {
        if self.flags.tls {
            let again = verb == Verb::StartTls;
            return if again { Err(UsageError::NotNow { what: "STARTTLS" }) } else { Ok(()) };
        }
        let free = matches!(
            verb,
            Verb::Ehlo
                | Verb::Helo
                | Verb::Lhlo
                | Verb::Noop
                | Verb::Rset
                | Verb::Quit
                | Verb::StartTls
        );
        let required = self.config.tls == TlsPolicy::Required && !free;
        let plain_auth = verb == Verb::Auth && !self.config.auth_without_tls;
        if required || plain_auth { Err(UsageError::TlsRequired) } else { Ok(()) }
    }

    fn check_mail(&self, mail: &Mail<'_>) -> Result<(), UsageError> {
        let parameters = &mail.parameters;
        let (offered, _) = self.extensions.set().parameters();
        if let Some(keyword) = missing(MailKeyword::ALL, parameters.seen() & !offered) {
            return Err(not_offered(|row| row.mail.contains(&keyword.as_str())));
        }
        if parameters.body() == BodyType::BinaryMime {
            self.check_offered(Extension::BinaryMime)?;
        }
        if mail.reverse_path.needs_utf8() && !parameters.smtputf8() {
            return Err(UsageError::NeedsSmtpUtf8);
        }
        match (parameters.size(), self.extensions.max_size()) {
            (Some(size), Some(limit)) if size > limit => Err(UsageError::TooLarge),
            _ => Ok(()),
        }
    }

    fn check_rcpt(&self, rcpt: &Rcpt<'_>) -> Result<(), UsageError> {
        let parameters = &rcpt.parameters;
        let (_, offered) = self.extensions.set().parameters();
        if let Some(keyword) = missing(RcptKeyword::ALL, parameters.seen() & !offered) {
            return Err(not_offered(|row| row.rcpt.contains(&keyword.as_str())));
        }
        if (parameters.needs_utf8() || rcpt.forward_path.needs_utf8()) && !self.given.smtputf8 {
            return Err(UsageError::NeedsSmtpUtf8);
        }
        Ok(())
    }

    /// What follows from a command that is given, if it succeeds.
    pub(super) fn plan(&mut self, command: &Command<'_>) {
        let Some(verb) = command.verb() else { return };
        let outcome = match command {
            Command::Data => Outcome::Completed,
            Command::Bdat(bdat) if bdat.last => Outcome::Completed,
            Command::Burl(burl) if burl.last => Outcome::Completed,
            _ => Outcome::Accepted,
        };
        self.planned = self.planned.after(verb, outcome);
        if let Command::Mail(mail) = command {
            let body = mail.parameters.body();
            self.given = Transaction {
                smtputf8: mail.parameters.smtputf8(),
                eight_bit: body == BodyType::EightBitMime,
                binary: body == BodyType::BinaryMime,
                prdr: mail.parameters.prdr(),
            };
        }
        if matches!(verb, Verb::Mail | Verb::Send | Verb::Soml | Verb::Saml) {
            self.transactions = self.transactions.saturating_add(1);
        }
        match command {
            Command::Rcpt(rcpt) if self.extensions.has(Extension::Limits) => self.note_domain(rcpt),
            _ => {}
        }
    }

    /// Keeps the domain of a recipient, where the server limits how many there are.
    fn note_domain(&mut self, rcpt: &Rcpt<'_>) {
        let ForwardPath::Path(path) = &rcpt.forward_path else { return };
        let domain = &path.mailbox.domain;
        let limit =
            self.extensions.limit("RCPTDOMAINMAX").and_then(|limit| usize::try_from(limit).ok());
        if limit.is_some_and(|limit| self.domains.len() < limit) && !self.domains.contains(domain) {
            self.domains.push(domain.clone().into_owned());
        }
    }
}

/// The first keyword whose bit is set.
fn missing<K: Copy>(keywords: &[K], bits: u32) -> Option<K> {
    keywords.get(usize::try_from(bits.trailing_zeros()).ok()?).copied()
}

/// The error that names the extension of a row.
fn not_offered(is_it: impl Fn(&ExtensionRow) -> bool) -> UsageError {
    match EXTENSIONS.iter().find(|row| is_it(row)) {
        Some(row) => UsageError::NotOffered(row.extension),
        None => UsageError::NotNow { what: "this parameter" },
    }
}
