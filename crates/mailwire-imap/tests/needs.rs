//! What a command needs of the server: client and server refuse the same, and each extension that adds to
//! commands is asked for.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/extension_samples.rs"]
mod extension_samples;
#[path = "support/samples.rs"]
mod samples;

use std::collections::BTreeSet;
use std::sync::Arc;

use mailwire_core::TlsPolicy;
use mailwire_imap::client::{Client, ClientConfig};
use mailwire_imap::extension::Need;
use mailwire_imap::family::capability::Capability;
use mailwire_imap::family::enable::Enable;
use mailwire_imap::server::{BodyHead, Event, Server, ServerConfig};
use mailwire_imap::state::Legal;
use mailwire_imap::{
    Command, Extension, ExtensionSet, Mode, PeerError, State, Tolerance, UsageError,
};
use mailwire_testing::drive::{Input, output};

/// The octets of a literal that comes with its command; others are streamed.
const WITH_IT: u32 = 16_384;
const STREAMED: u32 = 1;

/// What the server made of the last command.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Made {
    /// The application has all of it.
    Taken(Option<&'static str>),
    Refused(PeerError),
}

/// A client and a server, and what is under way.
struct Session {
    client: Client,
    server: Server,
    heard: Input,
    made: Vec<Made>,
    /// The command whose literal is streamed.
    streamed: Option<&'static str>,
}

/// The capabilities of an extension: with a value where it has one.
fn capabilities(extension: Extension) -> Vec<Capability<'static>> {
    let words: &[&str] = match extension {
        Extension::Auth => &["AUTH=PLAIN", "AUTH=EXTERNAL"],
        _ => {
            let mut samples = extension_samples::EXTENSIONS.iter();
            &[samples.find(|sample| sample.0 == extension).unwrap().1]
        }
    };
    words.iter().map(|word| Capability::new(*word).unwrap()).collect()
}

fn server(offered: ExtensionSet, inline: u32, early: bool) -> Server {
    let mut config = ServerConfig::new("mail.example").unwrap();
    for extension in Extension::ALL {
        config = config.withhold(*extension);
    }
    config = config.offer_all([Extension::Imap4Rev1]);
    config = offered.iter().flat_map(capabilities).fold(config, ServerConfig::offer);
    if offered.contains(Extension::StartTls) {
        config.tls = TlsPolicy::Opportunistic;
    }
    config.auth_without_tls = true;
    config.deliver_unknown_commands = true;
    config.limits.inline_literal = inline;
    let mut server = Server::new(Arc::new(config));
    if early {
        server.greet().unwrap()
    } else {
        server.preauth().unwrap()
    }
    server
}

impl Session {
    /// A session in the state of the command, in which this is offered and that is enabled.
    fn new(
        config: ClientConfig,
        offered: ExtensionSet,
        enabled: ExtensionSet,
        legal: Legal,
        inline: u32,
    ) -> Self {
        let mut session = Self {
            client: Client::new(config),
            server: server(offered, inline, legal == Legal::NotAuthenticated),
            heard: Input::new(),
            made: Vec::new(),
            streamed: None,
        };
        session.flow();
        if enabled != ExtensionSet::EMPTY {
            let enable = Command::Enable(Enable::extensions(enabled.iter()).unwrap());
            session.client.send(&enable).unwrap();
            session.flow();
            assert!(enabled.iter().all(|one| session.client.enabled().contains(one)));
        }
        if legal == Legal::Selected {
            session.client.send(&Command::parse(b"SELECT INBOX").unwrap()).unwrap();
            session.flow();
            assert_eq!(session.client.state(), State::Selected);
        }
        session.made.clear();
        session
    }

    /// Moves octets both ways until there are none.
    fn flow(&mut self) {
        let mut down = Input::new();
        loop {
            let out = output(&mut self.server);
            down.receive(&mut self.client, &out, |_, _| {}).unwrap();
            let up = output(&mut self.client);
            if out.is_empty() && up.is_empty() {
                return;
            }
            self.hear(&up);
        }
    }

    fn hear(&mut self, octets: &[u8]) {
        let (made, streamed) = (&mut self.made, &mut self.streamed);
        let verb = |command: &Command<'_>| command.name().map(mailwire_imap::Verb::as_str);
        let end = self.heard.receive(&mut self.server, octets, |server, event| match event {
            Event::Command { ticket, command, .. } => {
                made.push(Made::Taken(verb(&command)));
                match &command {
                    Command::Enable(enable) => drop(server.enable(ticket, enable).unwrap()),
                    Command::Select(_) => server.accept(ticket).unwrap(),
                    _ => {}
                }
            }
            Event::BodyWanted { head, .. } => {
                match head {
                    BodyHead::Command { command, .. } => *streamed = verb(&command),
                    BodyHead::Metadata(_) => *streamed = Some("SETMETADATA"),
                    _ => {}
                }
                server.accept_body().unwrap();
            }
            Event::CommandEnd { .. } => made.push(Made::Taken(*streamed)),
            Event::Rejected { error, .. } => made.push(Made::Refused(error)),
            _ => {}
        });
        end.unwrap();
    }

    /// The client gives a command, and the server gets it.
    fn give(&mut self, command: &Command<'_>) -> Result<Vec<Made>, UsageError> {
        self.client.send(command)?;
        self.flow();
        Ok(std::mem::take(&mut self.made))
    }

    /// The server gets a command that no client of ours sends, and one behind it.
    fn force(&mut self, command: &Command<'_>) -> Vec<Made> {
        let mode = Mode::LITERAL_PLUS.with(Mode::BINARY);
        let wire = [b"Z1 ", &*command.to_bytes_in(mode), b"\r\nZ2 NOOP\r\n"].concat();
        self.hear(&wire);
        std::mem::take(&mut self.made)
    }
}

fn config() -> ClientConfig {
    let mut config = ClientConfig::default();
    config.auth_without_tls = true;
    config.preauth = true;
    config.profiles = false;
    config
}

/// What has to be offered, and enabled, so that all of these are met by their first extensions.
fn met_by(needs: &[Need]) -> (ExtensionSet, ExtensionSet) {
    let (mut offered, mut enabled) = (ExtensionSet::EMPTY, ExtensionSet::EMPTY);
    for need in needs {
        offered = offered.with(need.extension());
        if let Need::Enabled(extension) = need {
            offered = offered.with(Extension::Enable);
            enabled = enabled.with(*extension);
        }
    }
    (offered, enabled)
}

/// Every command of the samples, each once.
fn lines() -> BTreeSet<String> {
    let keys = samples::KEYS.iter().map(|key| format!("SEARCH {key}"));
    let added = extension_samples::EXTENSIONS.iter().flat_map(|sample| sample.2);
    let more = [
        // It is no string that quotes could hold, so that it is written as a literal.
        "SETMETADATA x (/shared/a {4}\r\na\r\nb)",
        "APPEND x {2}\r\nHi CATENATE (TEXT {2}\r\nHi URL a TEXT ~{2}\r\nHi)",
        "APPEND x {2}\r\nHi UTF8 (~{2}\r\nHi)",
        "REPLACE 1 x CATENATE (TEXT {2}\r\nHi UTF8 (~{2}\r\nHi))",
        "APPEND x ~{2}\r\nHi",
        "SEARCH RETURN (UPDATE (EMAILID)) ALL",
        "SEARCH NOT OR SEEN (DRAFT FUZZY OLDER 5)",
        "LIST \"\" * RETURN (STATUS (SIZE HIGHESTMODSEQ))",
    ];
    let lines = samples::COMMANDS.iter().chain(added).chain(&more).map(|line| (*line).to_owned());
    lines.chain(keys).collect()
}

fn parse(line: &str) -> Command<'_> {
    let mode = Mode::LITERAL_PLUS.with(Mode::BINARY);
    Command::parse_in(line.as_bytes(), mode, Tolerance::strict()).unwrap().0
}

fn legal(command: &Command<'_>) -> Legal {
    command.name().map_or(Legal::Any, |verb| verb.row().legal)
}

/// A command, and how its literals come.
struct Case<'c> {
    line: &'c str,
    command: Command<'c>,
    needs: Vec<Need>,
    inline: u32,
}

impl Case<'_> {
    fn session(&self, config: ClientConfig, has: (ExtensionSet, ExtensionSet)) -> Session {
        let (offered, enabled) = has;
        let enabled = enabled.iter().filter(|one| offered.contains(*one)).collect();
        Session::new(config, offered, enabled, legal(&self.command), self.inline)
    }

    /// What is missing of what the command needs.
    fn lacks(&self, (offered, enabled): (ExtensionSet, ExtensionSet)) -> Option<Need> {
        let rev2 = offered.contains(Extension::Imap4Rev2);
        let offers = |one: Extension| offered.contains(one) || rev2 && one.is_in_rev2();
        let has = |one| offered.contains(one) && enabled.contains(one);
        self.command.lacks(|need| need.is_met(offers, has))
    }

    /// Both ends do with this what they have to.
    fn check(&self, has: (ExtensionSet, ExtensionSet)) {
        let Self { line, command, .. } = self;
        let name = command.name().map(mailwire_imap::Verb::as_str);
        let taken = Made::Taken(name);
        let Some(lacks) = self.lacks(has) else {
            let made = self.session(config(), has).give(command);
            assert_eq!(made, Ok(vec![taken]), "{line} with {has:?}");
            return;
        };
        let mut masked = config();
        // Every server here tells its limit.
        if lacks.extension() == Extension::AppendLimit {
            masked.mask = masked.mask.with(Extension::AppendLimit);
        }
        let mut session = self.session(masked, has);
        let refusal = match lacks {
            Need::Offered(first, _) => UsageError::NotOffered(first),
            Need::Enabled(first) => UsageError::NotEnabled(first),
            other => panic!("{other:?}"),
        };
        assert_eq!(session.give(command), Err(refusal), "{line} with {has:?}");
        // It is in step: nothing of what was refused is taken for a command.
        let made = session.force(command);
        let wanted = match command {
            command if command.name().and_then(mailwire_imap::Verb::need) == Some(lacks) => {
                Made::Refused(PeerError::NotImplemented)
            }
            // RFC 5161 section 3.1: what is not known is passed over.
            Command::Enable(_) => taken,
            _ if lacks.extension() == Extension::AppendLimit => taken,
            _ => Made::Refused(PeerError::Lacks(lacks)),
        };
        assert_eq!(made, [wanted, Made::Taken(Some("NOOP"))], "{line} with {has:?}");
        // The way past the check, for what is there and not told.
        let mut config = config();
        (config.assumed, _) = met_by(&self.needs);
        let mut session = self.session(config, has);
        let enabled = self.needs.iter().all(|need| match need {
            Need::Enabled(one) => session.client.enabled().contains(*one),
            _ => true,
        });
        assert_eq!(session.client.send(command).is_ok(), enabled, "{line} by assumption");
    }
}

/// The command goes where all that it needs is there, and neither end takes it where one thing is missing.
fn check(line: &str, inline: u32) {
    let command = parse(line);
    let needs = command.needs();
    let case = Case { line, command, needs, inline };
    let (offered, enabled) = met_by(&case.needs);
    assert_eq!(case.lacks((offered, enabled)), None, "{line}");
    case.check((offered, enabled));
    for need in &case.needs {
        let first = need.extension();
        let without = match need {
            Need::Offered(_, others) => {
                let others = others.iter();
                others.fold(offered.without(first), |without, other| {
                    // Another need may be for the first alone.
                    case.check((offered.without(first).with(*other), enabled));
                    without.without(*other)
                })
            }
            Need::Enabled(_) => offered,
            other => panic!("{other:?}"),
        };
        let rev2 = if first.is_in_rev2() { Extension::Imap4Rev2 } else { first };
        let without = match need {
            Need::Offered(..) => (without.without(rev2), enabled),
            _ => (without, enabled.without(first)),
        };
        assert!(case.lacks(without).is_some(), "{line} without {need}");
        case.check(without);
    }
}

#[test]
fn client_and_server_refuse_the_same() {
    let lines = lines();
    let needy = lines.iter().filter(|line| !parse(line).needs().is_empty()).count();
    assert!(needy > 100, "{needy}");
    for line in &lines {
        check(line, WITH_IT);
        if line.contains("}\r\n") {
            check(line, STREAMED);
        }
    }
}

/// Extensions that are in force without being asked for by an argument.
fn needs_nothing(extension: Extension) -> bool {
    use Extension as E;
    match extension {
        // The base protocol, and what changes it for all commands alike.
        E::Imap4Rev1 | E::LoginDisabled | E::LiteralPlus | E::LiteralMinus => true,
        // They are about answers.
        E::Children | E::LoginReferrals | E::SaveLimit | E::InProgress => true,
        E::I18nLevel1 | E::XReplication | E::Mupdate | E::XYmHighestModSeq => true,
        // They are inside values that are kept as data: rights, entries, parts of URLs.
        E::Rights | E::ImapSieve | E::UrlPartial => true,
        _ => false,
    }
}

#[test]
fn every_extension_that_adds_to_commands_is_needed() {
    for sample in extension_samples::EXTENSIONS {
        let extension = sample.0;
        let names = |need: &Need| match need {
            // What IMAP4rev2 holds is there with it.
            Need::Offered(first, _) if extension == Extension::Imap4Rev2 && first.is_in_rev2() => {
                true
            }
            Need::Offered(first, others) => *first == extension || others.contains(&extension),
            Need::Enabled(enabled) => *enabled == extension,
            other => panic!("{other:?}"),
        };
        let needing = sample.2.iter().filter(|line| parse(line).needs().iter().any(names)).count();
        // All that the sample adds to commands needs it, and not only a part.
        let all = if needs_nothing(extension) { 0 } else { sample.2.len() };
        assert_eq!(needing, all, "{extension}");
    }
}

/// RFC 7162 section 3.2.3, RFC 6855 section 3: one extension implies another, offered by itself or not.
#[test]
fn what_is_implied_can_be_enabled() {
    for (offered, implied) in
        [(Extension::QResync, Extension::CondStore), (Extension::Utf8Only, Extension::Utf8Accept)]
    {
        let offered = ExtensionSet::EMPTY.with(Extension::Enable).with(offered);
        let enabled = ExtensionSet::EMPTY.with(implied);
        let session = Session::new(config(), offered, enabled, Legal::Any, WITH_IT);
        assert!(session.client.enabled().contains(implied));
        let utf8 = implied == Extension::Utf8Accept;
        assert_eq!(session.server.mode().contains(Mode::UTF8), utf8);
        assert_eq!(session.client.mode().contains(Mode::UTF8), utf8);
    }
}
