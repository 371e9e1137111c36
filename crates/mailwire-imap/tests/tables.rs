//! Every row of the tables has its sample: commands, responses, codes and extensions in both directions,
//! deviations with the bytes that show them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/extension_samples.rs"]
mod extension_samples;
#[path = "support/samples.rs"]
mod samples;
mod support;

use std::collections::BTreeSet;
use std::path::Path;

use extension_samples::Sample;
use mailwire_core::tolerance::Deviation as _;
use mailwire_imap::client::ClientConfig;
use mailwire_imap::code::{Code, CodeName};
use mailwire_imap::command::COMMANDS;
use mailwire_imap::element::mailbox_filter::{FilterUse, MailboxFilter};
use mailwire_imap::extension::{EXTENSIONS, extensions_markdown};
use mailwire_imap::family::capability::Capability;
use mailwire_imap::family::convert::{ConvertErrorCode, ConvertItem};
use mailwire_imap::family::fetch::{FetchItem, FetchMacro, FetchName};
use mailwire_imap::family::list;
use mailwire_imap::family::mailbox::CreateParameterName;
use mailwire_imap::family::metadata::{Depth, GetMetadataOption, GetMetadataOptionName};
use mailwire_imap::family::notify::{EventName, Notify};
use mailwire_imap::family::quota::ResourceName;
use mailwire_imap::family::search::{
    AnnotationScope, EntryType, ReturnDataName, ReturnOptionName, SearchKey, SearchKeyName,
};
use mailwire_imap::family::select::SelectParameterName;
use mailwire_imap::family::sort::{SortAttribute, SortKey, SortKeyName};
use mailwire_imap::family::status::{StatusAttribute, StatusName};
use mailwire_imap::response::{DataName, Numbered};
use mailwire_imap::{
    Command, Data, Deviation, Deviations, Extension, Greeting, Mode, Response, StatusKind,
    SyntaxError, TaggedCommand, Tolerance, Verb,
};
use support::call::{Call, Seen, config, inside, selected};

/// The mode in which a command is written as it is in its sample.
fn mode_of(line: &str) -> Mode {
    let mode = if line.contains("+}") { Mode::LITERAL_PLUS } else { Mode::REV1 };
    if line.contains('~') { mode.with(Mode::BINARY) } else { mode }
}

/// Reads a command strictly, and sees that it is written as it was, with another case too.
fn command(line: &'static str) -> Command<'static> {
    let wire: &'static [u8] = format!("A1 {line}\r\n").leak().as_bytes();
    let mode = mode_of(line);
    let (command, met) = TaggedCommand::parse_in(wire, mode, Tolerance::strict())
        .unwrap_or_else(|error| panic!("{}", error.render(wire)));
    assert!(met.is_empty(), "{line}");
    let written = command.to_bytes_in(mode);
    assert_eq!(written.escape_ascii().to_string(), wire.escape_ascii().to_string());
    command.command
}

/// The same of a response.
fn response(line: &'static str) -> Response<'static> {
    let wire: &'static [u8] = format!("{line}\r\n").leak().as_bytes();
    let (response, met) = Response::parse_in(wire, Mode::SERVER, Tolerance::strict())
        .unwrap_or_else(|error| panic!("{}", error.render(wire)));
    assert!(met.is_empty(), "{line}");
    let written = response.to_bytes_in(Mode::SERVER);
    assert_eq!(written.escape_ascii().to_string(), wire.escape_ascii().to_string());
    response
}

fn code(response: &Response<'_>) -> Option<CodeName> {
    match response {
        Response::Data(Data::Condition(status)) => status.code().and_then(Code::name),
        Response::Tagged(tagged) => tagged.status.code().and_then(Code::name),
        _ => None,
    }
}

/// The name of an untagged response.
fn name(response: &Response<'_>) -> Option<&'static str> {
    let Response::Data(data) = response else { return None };
    let numbered = match data {
        Data::Exists(_) => Numbered::Exists,
        Data::Recent(_) => Numbered::Recent,
        Data::Expunge(_) => Numbered::Expunge,
        Data::Fetch(_) => Numbered::Fetch,
        Data::UidFetch(_) => Numbered::UidFetch,
        Data::Converted(_) => Numbered::Converted,
        other => return other.name().map(DataName::as_str),
    };
    Some(numbered.as_str())
}

/// Sees that each of `names` is seen.
fn all_seen<T: Ord + Copy + std::fmt::Debug>(
    names: &[T],
    seen: impl IntoIterator<Item = Option<T>>,
) {
    let seen: BTreeSet<T> = seen.into_iter().flatten().collect();
    let missing: Vec<_> = names.iter().filter(|name| !seen.contains(name)).collect();
    assert!(missing.is_empty(), "no sample of {missing:?}");
}

/// The same for names that have no order.
fn all_named(names: &[&'static str], seen: impl IntoIterator<Item = Option<&'static str>>) {
    all_seen(names, seen);
}

macro_rules! words {
    ($type:ident) => {
        &$type::ALL.iter().map(|name| name.as_str()).collect::<Vec<_>>()
    };
}

#[test]
fn every_command_is_read_and_written() {
    let verbs = samples::COMMANDS.iter().map(|line| command(line).name().map(Verb::as_str));
    all_named(words!(Verb), verbs);
    for line in samples::COMMANDS.iter().filter(|line| !line.contains("\r\n")) {
        let (name, arguments) = line.split_once(' ').unwrap_or((line, ""));
        let lower = format!("{} {arguments}", name.to_lowercase());
        let lower = Command::parse(lower.trim_end().as_bytes()).map(|command| command.name());
        assert_eq!(lower, Ok(command(line).name()), "{line}");
    }
    for row in &COMMANDS {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(row.file);
        assert!(file.is_file(), "{}: no {}", row.verb, row.file);
        assert!(!row.rfc.is_empty());
    }
}

#[test]
fn every_response_is_read_and_written() {
    let names = || samples::RESPONSES.iter().map(|line| name(&response(line)));
    all_named(words!(DataName), names());
    all_named(words!(Numbered), names());
    let kinds = samples::RESPONSES.iter().map(|line| match response(line) {
        Response::Data(Data::Condition(status)) => Some(status.kind().as_str()),
        _ => None,
    });
    all_named(words!(StatusKind), kinds);
}

#[test]
fn every_code_is_read_and_written() {
    let codes = samples::CODES.iter().map(|code| {
        let (parsed, met) = Code::parse_with(code.as_bytes(), Tolerance::strict())
            .unwrap_or_else(|error| panic!("{}", error.render(code.as_bytes())));
        assert!(met.is_empty() && parsed.to_bytes() == code.as_bytes(), "{code}");
        // The same in its brackets, in each place.
        for line in
            [format!("* OK [{code}] x"), format!("A1 NO [{code}] x"), format!("* BYE [{code}] x")]
        {
            assert_eq!(self::code(&response(line.leak())), parsed.name());
        }
        parsed.name().map(CodeName::as_str)
    });
    all_named(words!(CodeName), codes);
}

#[test]
fn every_search_key_is_read_and_written() {
    let keys = samples::KEYS.iter().map(|key| {
        let (parsed, met) = SearchKey::parse_with(key.as_bytes(), Tolerance::strict())
            .unwrap_or_else(|error| panic!("{}", error.render(key.as_bytes())));
        assert!(met.is_empty() && parsed.to_bytes() == key.as_bytes(), "{key}");
        command(format!("SEARCH {key}").leak());
        command(format!("UID SEARCH NOT {key}").leak());
        parsed.name().map(SearchKeyName::as_str)
    });
    all_named(words!(SearchKeyName), keys);
    let has = |word: &str| samples::KEYS.iter().any(|key| key.split(' ').any(|part| part == word));
    assert!(AnnotationScope::ALL.iter().all(|scope| has(scope.as_str())));
    assert!(EntryType::ALL.iter().all(|kind| has(kind.as_str())));
}

#[test]
fn every_name_in_arguments_is_read_and_written() {
    let commands: Vec<_> = samples::COMMANDS.iter().map(|line| command(line)).collect();
    // What is said of each argument, by the values that the lines are read as.
    let named = |of: fn(&Command<'static>) -> Vec<Option<&'static str>>| {
        commands.iter().flat_map(of).collect::<Vec<_>>()
    };
    let asked = named(|command| match command {
        Command::Fetch(fetch) => fetch
            .attributes
            .iter()
            .map(|attribute| attribute.name().map(FetchName::as_str))
            .collect(),
        _ => Vec::new(),
    });
    all_named(words!(FetchName), asked);
    for word in FetchMacro::ALL {
        let line = format!("FETCH 1 {}", word.as_str());
        assert!(samples::COMMANDS.contains(&line.as_str()), "{line}");
    }
    let sorted = named(|command| match command {
        Command::Sort(sort) => {
            sort.criteria().iter().map(|one| one.key.name().map(SortKeyName::as_str)).collect()
        }
        _ => Vec::new(),
    });
    all_named(words!(SortKeyName), sorted);
    let values = named(|command| match command {
        Command::Sort(sort) => sort
            .criteria()
            .iter()
            .map(|one| match one.key {
                SortKey::Annotation(annotation) => Some(annotation.attribute.as_str()),
                _ => None,
            })
            .collect(),
        _ => Vec::new(),
    });
    all_named(words!(SortAttribute), values);
    let facts = named(|command| match command {
        Command::Status(status) => status
            .attributes
            .iter()
            .map(|one| match one {
                StatusAttribute::Known(name) => Some(name.as_str()),
                _ => None,
            })
            .collect(),
        _ => Vec::new(),
    });
    all_named(words!(StatusName), facts);
    let returned = named(|command| match command {
        Command::Search(search) => search
            .options
            .iter()
            .flat_map(|options| options.iter())
            .map(|one| one.name().map(ReturnOptionName::as_str))
            .collect(),
        _ => Vec::new(),
    });
    all_named(words!(ReturnOptionName), returned);
    let opened = named(|command| match command {
        Command::Select(select) => select
            .parameters
            .iter()
            .map(|one| one.name().map(SelectParameterName::as_str))
            .collect(),
        _ => Vec::new(),
    });
    all_named(words!(SelectParameterName), opened);
    let made = named(|command| match command {
        Command::Create(create) => create
            .parameters
            .iter()
            .map(|one| one.name().map(CreateParameterName::as_str))
            .collect(),
        _ => Vec::new(),
    });
    all_named(words!(CreateParameterName), made);
    let wanted = named(|command| match command {
        Command::GetMetadata(get) => {
            get.options.iter().map(|one| one.name().map(GetMetadataOptionName::as_str)).collect()
        }
        _ => Vec::new(),
    });
    all_named(words!(GetMetadataOptionName), wanted);
    let limits = named(|command| match command {
        Command::SetQuota(quota) => {
            quota.limits.iter().map(|one| one.resource.name().map(ResourceName::as_str)).collect()
        }
        _ => Vec::new(),
    });
    all_named(words!(ResourceName), limits);
    let events = named(|command| match command {
        Command::Notify(Notify::Set(set)) => set
            .groups()
            .flat_map(|group| group.events().map(|event| event.name()).collect::<Vec<_>>())
            .map(|name| name.map(EventName::as_str))
            .collect(),
        _ => Vec::new(),
    });
    all_named(words!(EventName), events);
    let chosen = named(|command| match command {
        Command::List(list) => list
            .select
            .iter()
            .flat_map(|options| options.iter())
            .map(|one| one.name().map(|name| name.as_str()))
            .collect(),
        _ => Vec::new(),
    });
    let known: Vec<_> = list::SelectOptionName::ALL.iter().map(|name| name.as_str()).collect();
    all_named(&known, chosen);
    let told = named(|command| match command {
        Command::List(list) => list
            .returns
            .iter()
            .flat_map(|options| options.iter())
            .map(|one| one.name().map(|name| name.as_str()))
            .collect(),
        _ => Vec::new(),
    });
    let known: Vec<_> = list::ReturnOptionName::ALL.iter().map(|name| name.as_str()).collect();
    all_named(&known, told);
    let depths = commands.iter().flat_map(|command| match command {
        Command::GetMetadata(get) => get
            .options
            .iter()
            .map(|option| match option {
                GetMetadataOption::Depth(depth) => Some(depth.as_str()),
                _ => None,
            })
            .collect(),
        _ => Vec::new(),
    });
    all_named(words!(Depth), depths);
}

#[test]
fn every_mailbox_filter_is_read_and_written() {
    for (filter, place) in [
        ("selected", FilterUse::Notify),
        ("selected-delayed", FilterUse::Notify),
        ("inboxes", FilterUse::Notify),
        ("personal", FilterUse::Notify),
        ("subscribed", FilterUse::Notify),
        ("subtree a", FilterUse::Notify),
        ("subtree (a b)", FilterUse::Notify),
        ("mailboxes a", FilterUse::Notify),
        ("selected", FilterUse::MultiSearch),
        ("inboxes", FilterUse::MultiSearch),
        ("personal", FilterUse::MultiSearch),
        ("subscribed", FilterUse::MultiSearch),
        ("subtree a", FilterUse::MultiSearch),
        ("subtree-one a", FilterUse::MultiSearch),
        ("mailboxes (a b)", FilterUse::MultiSearch),
    ] {
        let parsed: MailboxFilter<'_> = MailboxFilter::parse(filter.as_bytes()).unwrap();
        assert_eq!(parsed.to_bytes(), filter.as_bytes());
        let line = match place {
            FilterUse::Notify if filter.starts_with("selected") => {
                format!("NOTIFY SET ({filter} (MessageNew MessageExpunge))")
            }
            FilterUse::Notify => format!("NOTIFY SET ({filter} NONE)"),
            FilterUse::MultiSearch => format!("ESEARCH IN ({filter}) ALL"),
        };
        command(line.leak());
    }
}

#[test]
fn every_name_in_responses_is_read_and_written() {
    let responses: Vec<_> = samples::RESPONSES.iter().map(|line| response(line)).collect();
    let items = responses.iter().flat_map(|response| match response {
        Response::Data(Data::Fetch(fetch)) => fetch.items().map(FetchItem::name).collect(),
        _ => Vec::new(),
    });
    // BODY.PEEK and BINARY.PEEK are of commands alone.
    let known: Vec<_> = FetchName::ALL
        .iter()
        .filter(|name| !matches!(name, FetchName::BodyPeek | FetchName::BinaryPeek))
        .map(|name| name.as_str())
        .collect();
    all_named(&known, items.map(|name| name.map(FetchName::as_str)));
    let facts = responses.iter().flat_map(|response| match response {
        Response::Data(Data::Status(data)) => data.items.iter().map(|item| item.name()).collect(),
        _ => Vec::new(),
    });
    all_named(words!(StatusName), facts.map(|name| name.map(StatusName::as_str)));
    let found = responses.iter().flat_map(|response| match response {
        Response::Data(Data::Esearch(data)) => data.data.iter().map(|item| item.name()).collect(),
        _ => Vec::new(),
    });
    all_named(words!(ReturnDataName), found.map(|name| name.map(ReturnDataName::as_str)));
    let attributes = responses.iter().flat_map(|response| match response {
        Response::Data(Data::List(data) | Data::Xlist(data)) => {
            data.attributes.iter().map(|one| one.name().map(|name| name.as_str())).collect()
        }
        _ => Vec::new(),
    });
    let known: Vec<_> = list::AttributeName::ALL.iter().map(|name| name.as_str()).collect();
    all_named(&known, attributes);
    let extended = responses.iter().flat_map(|response| match response {
        Response::Data(Data::List(data)) => {
            data.extended.iter().map(|one| one.name().map(|name| name.as_str())).collect()
        }
        _ => Vec::new(),
    });
    let known: Vec<_> = list::ExtendedName::ALL.iter().map(|name| name.as_str()).collect();
    all_named(&known, extended);
    let errors = responses.iter().flat_map(|response| match response {
        Response::Data(Data::Converted(data)) => data
            .items
            .iter()
            .map(|item| match item {
                ConvertItem::Binary(_, _, Err(error)) => Some(error.code.as_str()),
                _ => None,
            })
            .collect(),
        _ => Vec::new(),
    });
    all_named(words!(ConvertErrorCode), errors);
}

/// The words of what an extension adds to commands and responses.
fn words_of(items: &str) -> impl Iterator<Item = &str> {
    items.split([' ', ',', ';', ':', '(', ')']).filter(|word| !word.is_empty())
}

#[test]
fn every_extension_has_its_samples() {
    assert_eq!(extension_samples::EXTENSIONS.len(), EXTENSIONS.len());
    let markdown = extensions_markdown();
    for (row, Sample(extension, capability, commands, responses)) in
        EXTENSIONS.iter().zip(extension_samples::EXTENSIONS)
    {
        let name = row.extension;
        assert_eq!(name, *extension);
        let parsed = Capability::new(*capability).unwrap();
        assert_eq!(parsed.extension(), Some(name), "{capability}");
        // What takes a value has one in its sample.
        let has_value = capability.len() > name.as_str().len();
        assert_eq!(has_value, !row.value.is_empty(), "{name}");
        if has_value {
            assert!(parsed.value().is_some_and(|value| capability.ends_with(value)), "{name}");
        }
        response(format!("* CAPABILITY IMAP4rev1 {capability}").leak());
        response(format!("* OK [CAPABILITY IMAP4rev1 {capability}] x").leak());

        assert!(!commands.is_empty() || !responses.is_empty(), "{name}");
        let verbs: Vec<_> = commands.iter().map(|line| command(line).name()).collect();
        for verb in row.verbs {
            let verb = Verb::from_keyword(verb.as_bytes());
            assert!(verbs.contains(&verb), "{name}: no sample of {verb:?}");
        }
        let seen: Vec<_> = responses.iter().map(|line| response(line)).collect();
        for wanted in row.responses {
            let found = seen.iter().any(|response| self::name(response) == Some(wanted));
            assert!(found, "{name}: no sample of {wanted}");
        }
        for wanted in row.codes {
            let wanted = CodeName::from_keyword(wanted.as_bytes());
            let base = name == Extension::Imap4Rev1;
            let found = base || seen.iter().any(|response| code(response) == wanted);
            assert!(found, "{name}: no sample of {wanted:?}");
        }
        let text = [*commands, *responses].concat().join("\n");
        let literal = text.replace("{2+}", "{n+}");
        for word in words_of(row.items) {
            assert!(literal.contains(word), "{name}: no sample of {word}");
        }
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(row.file);
        assert!(file.is_file(), "{name}: no {}", row.file);
        assert!(markdown.contains(&format!("| {name} |")));
    }
}

/// What parses an example of a deviation.
type Parse = fn(&[u8], Tolerance) -> Result<Deviations, SyntaxError>;

fn line(bytes: &[u8], tolerance: Tolerance) -> Result<Deviations, SyntaxError> {
    Response::parse_in(bytes, Mode::SERVER, tolerance).map(|(_, met)| met)
}

fn asked(bytes: &[u8], tolerance: Tolerance) -> Result<Deviations, SyntaxError> {
    TaggedCommand::parse_with(bytes, tolerance).map(|(_, met)| met)
}

/// What a deviation looks like, and what parses it. One without does not pass; `None` is for those that no
/// grammar meets: what stands between responses, and what comes at the wrong time.
fn deviant(deviation: Deviation) -> Option<(Parse, &'static [u8])> {
    use Deviation as D;
    Some(match deviation {
        D::BareLfLine => (line, b"* OK x\n"),
        D::InvalidItem => (line, b"* 1 FETCH (INTERNALDATE x UID 1)\r\n"),
        D::NulInLiteral => (asked, b"A1 APPEND x {1}\r\n\0\r\n"),
        D::MissingText => (line, b"A1 OK\r\n"),
        D::MissingResources => (line, b"* QUOTA \"ROOT\"\r\n"),
        D::MissingStatus => (line, b"* [ALERT] done\r\n"),
        D::BracketInText => (line, b"* OK [ALERT\r\n"),
        D::TrailingSpace => (line, b"* 1 FETCH (FLAGS (\\Seen) )\r\n"),
        D::ExtraSpaces => (line, b"* 1 FETCH (FLAGS ()  UID 1)\r\n"),
        D::NeedlessEscape => (asked, b"A1 LOGIN a \"a\\b\"\r\n"),
        D::EightBitQuoted => (asked, b"A1 LOGIN a \"\xfc\"\r\n"),
        D::UnescapedQuote => (line, b"* 1 FETCH (PREVIEW \"a\"b\")\r\n"),
        D::NegativeNumber => (line, b"* 1 FETCH (RFC822.SIZE -1)\r\n"),
        D::FloatNumber => (line, b"* 1 FETCH (RFC822.SIZE 9.3736e+06)\r\n"),
        D::ZeroNumber => (line, b"* 0 FETCH (UID 1)\r\n"),
        D::ShortDay => (line, b"* 1 FETCH (INTERNALDATE \"4-Jan-2015 00:00:00 +0000\")\r\n"),
        D::AtomForString => (line, b"* ID (name ProtonMail)\r\n"),
        D::EightBitMailbox => (line, b"* LIST () \"/\" Entw\xc3\xbcrfe\r\n"),
        D::WildcardFlag => (line, b"* FLAGS (\\Seen \\*)\r\n"),
        D::BracketInKeyword => (line, b"* FLAGS (OIB-Seen-[Gmail])\r\n"),
        D::SpaceBetweenItems => (line, b"* NAMESPACE ((\"\" \"/\") (\"x\" \"/\")) NIL NIL\r\n"),
        D::EmptyList => (line, b"* 1 FETCH (ENVELOPE (NIL NIL () NIL NIL NIL NIL NIL NIL NIL))\r\n"),
        D::WrappedEnvelope => {
            (line, b"* 1 FETCH (ENVELOPE ((NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL)))\r\n")
        }
        D::ShortEnvelope => (line, b"* 1 FETCH (ENVELOPE (NIL NIL NIL NIL NIL NIL NIL NIL))\r\n"),
        D::LongAddress => (
            line,
            b"* 1 FETCH (ENVELOPE (NIL NIL ((\"A\" \"B\" NIL \"a\" \"b\")) NIL NIL NIL NIL NIL NIL NIL))\r\n",
        ),
        D::ChildlessMultipart => (line, b"* 1 FETCH (BODYSTRUCTURE (NIL \"alternative\" NIL))\r\n"),
        D::NilMediaType => (line, b"* 1 FETCH (BODY (NIL NIL NIL NIL NIL \"7BIT\" 0))\r\n"),
        D::MissingSubtype => (line, b"* 1 FETCH (BODY (\"TEXT\" NIL NIL NIL \"7BIT\" 9 1))\r\n"),
        D::NilParameter => {
            (line, b"* 1 FETCH (BODY (\"A\" \"B\" (\"boundary\" NIL) NIL NIL \"7BIT\" 0))\r\n")
        }
        D::NilEncoding => (line, b"* 1 FETCH (BODY (\"TEXT\" \"PLAIN\" NIL NIL NIL NIL 5 1))\r\n"),
        D::BareMessagePart => {
            (line, b"* 1 FETCH (BODY (\"MESSAGE\" \"RFC822\" NIL NIL NIL \"7BIT\" 9))\r\n")
        }
        D::MissingBody => (
            line,
            b"* 1 FETCH (BODY (\"MESSAGE\" \"RFC822\" NIL NIL NIL \"7BIT\" 9 (NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL) NIL 0))\r\n",
        ),
        D::MissingLines => {
            (line, b"* 1 FETCH (BODY (\"TEXT\" \"PLAIN\" NIL NIL NIL \"7BIT\" 9))\r\n")
        }
        D::OddDisposition => (
            line,
            b"* 1 FETCH (BODYSTRUCTURE (\"A\" \"B\" NIL NIL NIL \"7BIT\" 9 NIL \"inline\"))\r\n",
        ),
        D::OddExtension => (
            line,
            b"* 1 FETCH (BODYSTRUCTURE (\"A\" \"B\" NIL NIL NIL \"7BIT\" 9 (\"c\" \"d\")))\r\n",
        ),
        D::NilInList => (line, b"* 1 FETCH (FLAGS (\\Seen NIL))\r\n"),
        D::EmptySetElement => (asked, b"A1 FETCH 1,,2 FLAGS\r\n"),
        D::ZeroInSet => (asked, b"A1 FETCH 0:5 FLAGS\r\n"),
        D::UnclosedList => (line, b"* 1 FETCH (UID 1\r\n"),
        D::ItemsBehindList => (line, b"* 1 FETCH (BODY[] \"\") FLAGS (\\Seen))\r\n"),
        D::MissingSpace => (line, b"* 3 FETCH (UID 123MODSEQ (9))\r\n"),
        D::OriginLength => (line, b"* 1 FETCH (BODY[]<0.1000> \"\")\r\n"),
        D::FuzzyPreview => (line, b"* 1 FETCH (PREVIEW (FUZZY \"Hi\"))\r\n"),
        D::LineInQuoted => (line, b"* 1 FETCH (BODY[TEXT] \"a\nb\")\r\n"),
        D::StrayLiteral8 => (line, b"* 1 FETCH (BODY[] ~{2}\r\nHi)\r\n"),
        D::UnquotedMailbox => (line, b"* STATUS Sent Items (MESSAGES 0)\r\n"),
        D::EmptyUidSet => (line, b"A1 OK [COPYUID 38505  ] x\r\n"),
        D::OptionsBehindMailbox => (asked, b"A1 GETMETADATA x (DEPTH 1) /shared/a\r\n"),
        D::BareEntries => (asked, b"A1 GETMETADATA x /shared/a /shared/b\r\n"),
        D::BareCharset => (line, b"A1 NO [BADCHARSET utf-8] x\r\n"),
        D::ModSeqOfNothing => (line, b"* SEARCH (MODSEQ 5)\r\n"),
        D::LoneThread => (line, b"* THREAD (1 (2))\r\n"),
        D::AscendingBatches => (line, b"* UIDBATCHES (TAG \"A1\") 1:500,501:900\r\n"),
        D::JoinedUrlParts => (line, b"* URLFETCH u (BINARY NIL BODY NIL)\r\n"),
        // A machine meets them.
        D::BlankLine
        | D::LeadingNul
        | D::LeadingSpaces
        | D::ExtraContinuation
        | D::StrayContinuation
        | D::StaleTag
        | D::MissingEnabled
        | D::UntimelyExpunge => return None,
        other => panic!("no example of {other:?}"),
    })
}

/// True where a client takes what a server does at the wrong time, or between responses.
fn takes(deviation: Deviation, tolerance: Tolerance) -> bool {
    use Deviation as D;
    let mut config: ClientConfig = config();
    config.tolerance = tolerance;
    let enabled = std::cell::Cell::new(true);
    let told = match deviation {
        D::BlankLine => inside(&config, "", |call| call.hear("\r\n* 1 EXISTS\r\n")),
        D::LeadingNul => inside(&config, "", |call| call.hear("\0* 1 EXISTS\r\n")),
        D::LeadingSpaces => inside(&config, "", |call| call.hear(" * 1 EXISTS\r\n")),
        D::ExtraContinuation => inside(&config, "LITERAL+", |call| {
            call.send("APPEND x {5}\r\nhello");
            call.hear("+ go\r\n");
        }),
        D::StrayContinuation => inside(&config, "", |call| call.hear("+ idling\r\n")),
        D::StaleTag => inside(&config, "", |call| call.hear("B7 OK x\r\n")),
        D::MissingEnabled => inside(&config, "ENABLE UTF8=ACCEPT", |call: &mut Call| {
            call.send("ENABLE UTF8=ACCEPT");
            call.hear("A2 OK done\r\n");
            enabled.set(call.client().mode().contains(Mode::UTF8));
        }),
        D::UntimelyExpunge => selected(&config, "", |call| {
            call.send("FETCH 1 FLAGS");
            call.hear("* 2 EXPUNGE\r\n");
        }),
        other => panic!("no example of {other:?}"),
    };
    let invalid = told.seen.iter().any(|seen| matches!(seen, Seen::Invalid(..)));
    enabled.get() && !invalid && told.error.is_none()
}

#[test]
fn every_deviation_can_be_met_and_switched_off() {
    let default = Tolerance::default().allowed();
    let mut wrong = Vec::new();
    for &deviation in Deviation::ALL {
        assert!(!deviation.example().is_empty());
        let name = deviation.name();
        let Some((parse, bytes)) = deviant(deviation) else {
            // What is extra is also for nothing.
            let lenient = match deviation {
                Deviation::ExtraContinuation => {
                    Tolerance::lenient().without(Deviation::StrayContinuation)
                }
                _ => Tolerance::lenient(),
            };
            let allowed = [
                (Tolerance::strict().with(deviation), true),
                (Tolerance::strict(), false),
                (lenient, true),
                (lenient.without(deviation), false),
                (Tolerance::default(), default.contains(deviation)),
            ];
            for (tolerance, wanted) in allowed {
                if takes(deviation, tolerance) != wanted {
                    wrong.push(format!("{name} is not {wanted}"));
                }
            }
            continue;
        };
        let met = parse(bytes, Tolerance::strict().with(deviation));
        if met != Ok(Deviations::EMPTY.with(deviation)) {
            wrong.push(format!("{name}: {met:?}"));
        }
        // A damaged item is contained where that is tolerated; a code without its status, and a name
        // with blanks in it, are something else then.
        if parse(bytes, Tolerance::strict()).is_ok() {
            wrong.push(format!("{name} is legal"));
        }
        let without = Tolerance::lenient().without(deviation).without(Deviation::InvalidItem);
        if parse(bytes, without).is_ok() {
            wrong.push(format!("{name} is read without it"));
        }
        let is_met = parse(bytes, Tolerance::default()).is_ok_and(|met| met.contains(deviation));
        if is_met != default.contains(deviation) {
            wrong.push(format!("{name} by default"));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn every_kind_can_be_said_where_it_is_legal() {
    for kind in StatusKind::ALL {
        let line = format!("{} x\r\n", kind.as_str());
        let tagged =
            Response::parse_with(format!("A1 {line}").as_bytes(), Tolerance::strict()).is_ok();
        let greeting =
            Greeting::parse_with(format!("* {line}").as_bytes(), Tolerance::strict()).is_ok();
        assert_eq!(tagged, matches!(kind, StatusKind::Ok | StatusKind::No | StatusKind::Bad));
        assert_eq!(
            greeting,
            matches!(kind, StatusKind::Ok | StatusKind::Preauth | StatusKind::Bye)
        );
    }
}

#[test]
fn dictionaries_of_the_fuzz_targets_hold_all_names() {
    let dictionary = |name: &str| {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz");
        assert!(root.join(format!("fuzz_targets/{name}.rs")).is_file());
        assert!(root.join(format!("seeds/{name}")).is_dir());
        std::fs::read_to_string(root.join(format!("dictionaries/{name}.dict"))).unwrap()
    };
    let holds = |name: &str, words: &[&str]| {
        let text = dictionary(name);
        for word in words {
            assert!(text.lines().any(|line| line == format!("\"{word}\"")), "{name}: no {word}");
        }
    };
    for name in ["imap_command", "imap_roundtrip", "imap_server"] {
        holds(name, words!(Verb));
        holds(name, words!(SearchKeyName));
        holds(name, words!(FetchName));
    }
    for name in ["imap_response", "imap_roundtrip", "imap_client"] {
        holds(name, words!(StatusKind));
        holds(name, words!(DataName));
        holds(name, words!(Numbered));
        holds(name, words!(CodeName));
        holds(name, words!(FetchName));
        holds(name, words!(Extension));
    }
    dictionary("imap_framing");
}
