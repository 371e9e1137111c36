//! The two interpreters that run a dialogue through a client or through a server.
//!
//! Words of a transcript to them are `lmtp`, and `client` where the server does what ours does not.

use std::collections::VecDeque;
use std::ops::Deref;
use std::sync::Arc;

use bytes::Bytes;
use mailwire_smtp::body::{DotDecoder, Findings};
use mailwire_smtp::client::{self, Client, ClientConfig};
use mailwire_smtp::family::hello::{EhloReply, Keyword};
use mailwire_smtp::framing::{ReplyFrame, ReplyFramer};
use mailwire_smtp::sasl::{self, Challenge, ClientResponse};
use mailwire_smtp::server::{self, Protocol, Server, ServerConfig, TlsPolicy};
use mailwire_smtp::{Command, Extension, Limits, Machine, Reply, Tolerance};
use mailwire_testing::Side;
use mailwire_testing::cut::Cut;
use mailwire_testing::drive::output;
use mailwire_testing::transcript::{Step, Transcript};

use super::server_config;

#[derive(Debug, Clone)]
pub struct Script {
    pub dialogue: Transcript,
    pub protocol: Protocol,
    /// Commands are written as the client writes them, and grouped as it groups them.
    pub exact: bool,
    /// The server of the script does what ours does not.
    pub client_only: bool,
}

impl Deref for Script {
    type Target = Transcript;

    fn deref(&self) -> &Transcript {
        &self.dialogue
    }
}

impl Script {
    /// A transcript of `tests/transcripts`.
    pub fn written(dialogue: Transcript) -> Self {
        let (mut protocol, mut client_only) = (Protocol::Smtp, false);
        for word in &dialogue.words {
            match word.as_str() {
                "lmtp" => protocol = Protocol::Lmtp,
                "client" => client_only = true,
                _ => panic!("{}: {word}", dialogue.name),
            }
        }
        Self { dialogue, protocol, exact: true, client_only }
    }

    /// A recording of the corpus.
    pub fn recorded(path: &std::path::Path) -> Self {
        let mut dialogue = Transcript::recorded(path).joined();
        // Who closes is of no matter when all is said.
        dialogue.steps.retain(|step| *step != Step::Eof(Side::Client));
        let lmtp = dialogue.header["proto"] == "lmtp";
        let protocol = if lmtp { Protocol::Lmtp } else { Protocol::Smtp };
        Self { dialogue, protocol, exact: false, client_only: true }
    }

    /// The keywords of every EHLO or LHLO reply.
    fn offers(&self) -> Vec<Keyword<'static>> {
        let mut offers = Vec::new();
        for pair in self.steps.windows(2) {
            let [Step::Said(Side::Client, said), Step::Said(Side::Server, reply)] = pair else {
                continue;
            };
            let line = said.trim_ascii_end().rsplit(|&byte| byte == b'\n').next().unwrap();
            if line.starts_with(b"EHLO") || line.starts_with(b"LHLO") {
                let reply = replies(reply).remove(0);
                if let Ok(hello) = EhloReply::parse(&reply) {
                    offers.extend(hello.keywords().map(Keyword::into_owned));
                }
            }
        }
        offers
    }

    /// A server that offers what the server of the script offers.
    pub fn server_config(&self) -> ServerConfig {
        let offers = self.offers();
        let mut config = server_config();
        for &extension in Extension::ALL {
            config = config.withhold(extension);
        }
        config.protocol = self.protocol;
        config.auth_without_tls = true;
        for keyword in offers {
            match keyword.extension() {
                Some(Extension::StartTls) => config.tls = TlsPolicy::Opportunistic,
                Some(Extension::Size) => {}
                _ => config = config.offer(keyword),
            }
        }
        config
    }

    pub fn client_config(&self) -> ClientConfig {
        let mut config = ClientConfig::default();
        config.protocol = self.protocol;
        config.auth_without_tls = true;
        if !self.exact {
            config.tolerance = Tolerance::lenient();
        }
        config
    }
}

/// The replies in a stream, one after the other.
pub fn replies(stream: &[u8]) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    let mut rest = stream;
    while !rest.is_empty() {
        let ReplyFrame::Reply(frame) = ReplyFramer::new().frame(rest, &Limits::default()) else {
            panic!("no whole reply: {}", rest.escape_ascii());
        };
        all.push(frame.to_vec());
        rest = &rest[frame.len()..];
    }
    all
}

/// What the client's side says next.
enum Mode {
    Command,
    Dotted(DotDecoder),
    Counted(u64),
    Auth,
}

/// Runs a script through a client: sends what it says for the client, gives it what the server says.
pub struct ClientRun {
    pub client: Client,
    /// What happened, in words.
    pub log: Vec<String>,
    /// The replies that were bound to something, as octets.
    pub bound: Vec<u8>,
    input: Vec<u8>,
    sent: Vec<u8>,
    expected: Vec<u8>,
    names: Vec<(client::Ticket, String)>,
    mode: Mode,
}

impl ClientRun {
    /// Runs `script`; an error tells what the client refused or did otherwise.
    pub fn run(script: &Script, cut: Cut) -> Result<Self, String> {
        let (run, result) = Self::go(script, cut);
        result.map(|()| run)
    }

    /// Runs `script` as far as it goes.
    pub fn go(script: &Script, cut: Cut) -> (Self, Result<(), String>) {
        let mut run = Self {
            client: Client::new(script.client_config()),
            log: Vec::new(),
            bound: Vec::new(),
            input: Vec::new(),
            sent: Vec::new(),
            expected: Vec::new(),
            names: Vec::new(),
            mode: Mode::Command,
        };
        let result = run.steps(script, cut);
        (run, result)
    }

    fn steps(&mut self, script: &Script, cut: Cut) -> Result<(), String> {
        let mut cutter = cut.cutter();
        for step in &script.steps {
            match step {
                Step::Said(Side::Client, said) => {
                    self.say(said)?;
                    if script.exact {
                        self.compare()?;
                    }
                }
                Step::Said(Side::Server, said) => {
                    for part in cutter.pieces(said) {
                        self.hear(part)?;
                    }
                    if !self.input.is_empty() {
                        return Err(format!("left over: {}", self.input.escape_ascii()));
                    }
                }
                Step::Tls => {
                    self.client.tls_started().map_err(|error| format!("tls: {error}"))?;
                    self.log.push("tls".into());
                }
                Step::Eof(_) => {
                    let end = self.client.receive_eof();
                    self.log.push(format!("eof {end:?}"));
                    self.hear(b"")?;
                }
            }
        }
        self.compare()
    }

    fn compare(&self) -> Result<(), String> {
        if self.sent == self.expected {
            return Ok(());
        }
        Err(format!(
            "sent\n{}\nand not\n{}",
            String::from_utf8_lossy(&self.sent),
            String::from_utf8_lossy(&self.expected)
        ))
    }

    fn say(&mut self, said: &[u8]) -> Result<(), String> {
        let mut rest = said;
        while !rest.is_empty() {
            let taken = match &mut self.mode {
                Mode::Dotted(decoder) => {
                    let dotted = decoder.decode(rest);
                    let (data, taken, end) = (dotted.data.to_vec(), dotted.consumed, dotted.end);
                    if !data.is_empty() {
                        self.give(data)?;
                    }
                    if end {
                        self.finish()?;
                    }
                    taken
                }
                Mode::Counted(left) => {
                    let taken = rest.len().min(usize::try_from(*left).unwrap());
                    *left -= taken as u64;
                    let done = *left == 0;
                    self.give(rest[..taken].to_vec())?;
                    if done {
                        self.finish()?;
                    }
                    taken
                }
                Mode::Command | Mode::Auth => {
                    let end = rest.iter().position(|&byte| byte == b'\n');
                    let line = &rest[..end.ok_or("a line without end")? + 1];
                    self.say_line(line)?;
                    line.len()
                }
            };
            rest = &rest[taken..];
            self.flush();
        }
        Ok(())
    }

    fn say_line(&mut self, line: &[u8]) -> Result<(), String> {
        if matches!(self.mode, Mode::Auth) {
            self.mode = Mode::Command;
            self.expected.extend_from_slice(line);
            let text = line.trim_ascii_end();
            let response = sasl::parse_response(text).map_err(|error| error.to_string())?;
            return match response {
                ClientResponse::Cancel => self.client.cancel_auth(),
                ClientResponse::Data(octets) => self.client.respond_auth(octets.expose()),
            }
            .map_err(|error| format!("response: {error}"));
        }
        if line == b".\r\n" && self.sent.len() > self.expected.len() {
            // No recipient was accepted, and the client has ended the empty message by itself.
            self.expected.extend_from_slice(line);
            return Ok(());
        }
        let shown = String::from_utf8_lossy(line.trim_ascii_end()).into_owned();
        let command = Command::parse_with(line, Tolerance::lenient())
            .map_err(|error| format!("{shown}: {error}"))?
            .0;
        self.expected.extend_from_slice(&command.to_bytes());
        let ticket = self.client.send(&command).map_err(|error| format!("{shown}: {error}"))?;
        self.names.push((ticket, shown));
        if let Command::Bdat(bdat) = command {
            self.hear(b"")?;
            self.mode = Mode::Counted(bdat.size);
            if bdat.size == 0 {
                self.finish()?;
            }
        }
        Ok(())
    }

    fn give(&mut self, data: Vec<u8>) -> Result<(), String> {
        self.expect_body(&data);
        self.client.send_body(Bytes::from(data)).map_err(|error| format!("body: {error}"))
    }

    /// Notes what must be on the wire for a part of the body.
    fn expect_body(&mut self, data: &[u8]) {
        let dotted = matches!(self.mode, Mode::Dotted(_));
        for &byte in data {
            if dotted && byte == b'.' && self.expected.ends_with(b"\n") {
                self.expected.push(b'.');
            }
            self.expected.push(byte);
        }
    }

    fn finish(&mut self) -> Result<(), String> {
        if matches!(self.mode, Mode::Dotted(_)) {
            self.expected.extend_from_slice(b".\r\n");
        }
        self.mode = Mode::Command;
        self.client.finish_body().map_err(|error| format!("end of body: {error}"))
    }

    fn flush(&mut self) {
        let out = output(&mut self.client);
        self.sent.extend_from_slice(&out);
    }

    fn hear(&mut self, part: &[u8]) -> Result<(), String> {
        self.flush();
        self.input.extend_from_slice(part);
        loop {
            let input = std::mem::take(&mut self.input);
            let received = match self.client.receive(&input) {
                Ok(received) => received,
                Err(error) => {
                    let outcome = format!("error {error:?}");
                    while let Some((ticket, outcome)) = self.client.unanswered() {
                        self.log.push(format!("{} unanswered: {outcome}", self.name(ticket)));
                    }
                    self.log.push(outcome.clone());
                    return Err(outcome);
                }
            };
            let consumed = received.consumed;
            let more = received.event.is_some();
            if let Some(event) = received.event {
                self.act(event);
            }
            self.input = input[consumed..].to_vec();
            self.flush();
            if !more {
                return Ok(());
            }
        }
    }

    fn name(&self, ticket: client::Ticket) -> String {
        let found = self.names.iter().find(|(other, _)| *other == ticket);
        found.map_or_else(|| format!("{ticket:?}"), |(_, name)| name.clone())
    }

    fn act(&mut self, event: client::Event<'_>) {
        let words = match event {
            client::Event::Greeting(greeting) => {
                self.bound.extend_from_slice(greeting.reply.as_wire());
                format!("greeting {}", greeting.reply)
            }
            client::Event::Reply { ticket, reply, recipient, .. } => {
                self.bound.extend_from_slice(reply.as_wire());
                let of = recipient.map_or(String::new(), |index| format!(" of recipient {index}"));
                format!("{}{of} -> {reply}", self.name(ticket))
            }
            client::Event::BodyWanted(ticket) => {
                let name = self.name(ticket);
                if name.eq_ignore_ascii_case("data") {
                    self.mode = Mode::Dotted(DotDecoder::new(Findings::NONE));
                }
                format!("{name}: body")
            }
            client::Event::AuthChallenge { ticket, challenge } => {
                let line = [b"334 ", challenge.text(), b"\r\n"].concat();
                self.bound.extend_from_slice(&line);
                self.mode = Mode::Auth;
                format!("{}: challenge {}", self.name(ticket), challenge.text().escape_ascii())
            }
            client::Event::TlsReady => "tls ready".into(),
            client::Event::Unanswered { ticket, outcome } => {
                format!("{} unanswered: {outcome}", self.name(ticket))
            }
            client::Event::Closing(reply) => {
                self.bound.extend_from_slice(reply.as_wire());
                format!("closing {reply}")
            }
            client::Event::Closed => "closed".into(),
            other => panic!("{other:?}"),
        };
        self.log.push(words);
    }
}

/// Runs a script through a server, with an application that answers as the script does.
pub struct ServerRun {
    pub server: Server,
    /// What happened, in words.
    pub log: Vec<String>,
    script: String,
    answers: VecDeque<Vec<u8>>,
    /// What has to come out: a reply, and whether the machine words it by itself.
    expected: Vec<(Vec<u8>, bool)>,
    output: Vec<u8>,
    body: Vec<u8>,
}

impl ServerRun {
    pub fn run(script: &Script, cut: Cut) -> Result<Self, String> {
        Self::with_config(script, script.server_config(), cut)
    }

    pub fn with_config(script: &Script, config: ServerConfig, cut: Cut) -> Result<Self, String> {
        let mut run = Self {
            server: Server::new(Arc::new(config)),
            log: Vec::new(),
            script: script.name.clone(),
            answers: replies(&script.said(Side::Server)).into(),
            expected: Vec::new(),
            output: Vec::new(),
            body: Vec::new(),
        };
        run.send()?;
        run.flush();
        let mut cutter = cut.cutter();
        let mut input = Vec::new();
        for step in &script.steps {
            match step {
                Step::Said(Side::Client, said) => {
                    for part in cutter.pieces(said) {
                        input.extend_from_slice(part);
                        run.hear(&mut input)?;
                    }
                    if !input.is_empty() {
                        return Err(format!("left over: {}", input.escape_ascii()));
                    }
                }
                Step::Said(Side::Server, _) | Step::Eof(_) => {}
                Step::Tls => {
                    run.server.tls_started().map_err(|error| format!("tls: {error}"))?;
                    run.log.push("tls".into());
                }
            }
        }
        run.compare()?;
        Ok(run)
    }

    /// The replies that came out are those of the script; the machine's own by their code.
    fn compare(&self) -> Result<(), String> {
        let output = replies(&self.output);
        for (index, (expected, own)) in self.expected.iter().enumerate() {
            let Some(written) = output.get(index) else {
                return Err(format!("no reply {}", expected.escape_ascii()));
            };
            let same = if *own { written[..3] == expected[..3] } else { written == expected };
            if !same {
                return Err(format!(
                    "replied {} and not {}",
                    written.escape_ascii(),
                    expected.escape_ascii()
                ));
            }
        }
        if output.len() > self.expected.len() || !self.answers.is_empty() {
            return Err(format!(
                "{} replies, {} expected, {} never asked for",
                output.len(),
                self.expected.len(),
                self.answers.len()
            ));
        }
        Ok(())
    }

    fn flush(&mut self) {
        let out = output(&mut self.server);
        self.output.extend_from_slice(&out);
    }

    fn hear(&mut self, input: &mut Vec<u8>) -> Result<(), String> {
        loop {
            let octets = std::mem::take(input);
            let received =
                self.server.receive(&octets).map_err(|error| format!("error {error:?}"))?;
            let consumed = received.consumed;
            let more = received.event.is_some();
            if let Some(event) = received.event {
                self.act(event)?;
            }
            *input = octets[consumed..].to_vec();
            self.flush();
            if !more {
                return Ok(());
            }
        }
    }

    /// The next reply of the script.
    fn next(&mut self, own: bool) -> Result<Vec<u8>, String> {
        let reply = self.answers.pop_front().ok_or("the script has no answer left")?;
        self.expected.push((reply.clone(), own));
        Ok(reply)
    }

    fn code(&self) -> &[u8] {
        self.answers.front().map_or(b"000", |reply| &reply[..3])
    }

    fn send(&mut self) -> Result<(), String> {
        let bytes = self.next(false)?;
        let reply = Reply::parse_with(&bytes, Tolerance::lenient()).unwrap().0;
        self.server.send(&reply).map_err(|error| format!("{reply}: {error}"))
    }

    /// A challenge or the end of a SASL exchange.
    fn authenticate(&mut self) -> Result<(), String> {
        let bytes = self.next(false)?;
        match bytes.strip_prefix(b"334 ") {
            Some(text) => {
                let challenge = Challenge::new(text.trim_ascii_end()).decode().unwrap();
                self.server.challenge_auth(&challenge)
            }
            None => self.server.finish_auth(&Reply::parse(&bytes).unwrap()),
        }
        .map_err(|error| format!("{}: {error}", bytes.escape_ascii()))
    }

    fn act(&mut self, event: server::Event<'_>) -> Result<(), String> {
        match event {
            server::Event::Command { command, deviations } => {
                let line = command.to_bytes();
                self.log.push(format!("command {} {deviations:?}", line.escape_ascii()));
                self.command(&command)
            }
            server::Event::Rejected { line, error } => {
                self.log.push(format!("rejected {} {error:?}", line.escape_ascii()));
                self.next(true).map(drop)
            }
            server::Event::BodyChunk(data) => {
                self.body.extend_from_slice(&data);
                Ok(())
            }
            server::Event::BodyEnd(end) => {
                let body = std::mem::take(&mut self.body);
                self.log.push(format!("body {} {end:?}", body.escape_ascii()));
                if self.code() == b"353" {
                    self.next(true)?;
                }
                while self.server.owed() > 0 {
                    self.send()?;
                }
                if end.refused.is_some() {
                    self.next(true)?;
                }
                Ok(())
            }
            server::Event::AuthResponse(response) => {
                self.log.push(format!("response {}", response.expose().escape_ascii()));
                self.authenticate()
            }
            server::Event::AuthEnded(error) => {
                self.log.push(format!("auth ended {error:?}"));
                self.next(true).map(drop)
            }
            server::Event::TlsReady => {
                self.log.push("tls ready".into());
                Ok(())
            }
            server::Event::Closed => {
                self.log.push("closed".into());
                Ok(())
            }
            other => panic!("{}: {other:?}", self.script),
        }
    }

    fn command(&mut self, command: &Command<'_>) -> Result<(), String> {
        let negative = matches!(self.code()[0], b'4' | b'5');
        match command {
            Command::Data if self.code() == b"354" => {
                self.next(true)?;
                self.server.accept_body().map_err(|error| error.to_string())
            }
            Command::Bdat(bdat) if !negative || bdat.last => {
                self.server.accept_body().map_err(|error| error.to_string())
            }
            Command::Data | Command::Bdat(_) => {
                let bytes = self.next(false)?;
                let reply = Reply::parse(&bytes).unwrap();
                self.server.reject_body(&reply).map_err(|error| error.to_string())
            }
            Command::Auth(_) => self.authenticate(),
            _ => self.send(),
        }
    }
}
