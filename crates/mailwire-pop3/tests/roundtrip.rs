//! What is built is parsed back to the same value; what is parsed is written so that it is read the
//! same again; and no octets make anything panic.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use mailwire_pop3::command::OtherCommand;
use mailwire_pop3::element::apop::{Digest, Stamp};
use mailwire_pop3::element::message_number::MessageNumber;
use mailwire_pop3::element::response_code::{KnownCode, ResponseCode};
use mailwire_pop3::element::unique_id::UniqueId;
use mailwire_pop3::family::auth::{Apop, Auth, Password, UserName};
use mailwire_pop3::family::capa::{Capability, ImplementationText, Mechanisms, OtherCapability};
use mailwire_pop3::family::greeting::Greeting;
use mailwire_pop3::family::lang::{LanguageItem, LanguageRange, LanguageTag};
use mailwire_pop3::family::list::{ListItem, UidItem};
use mailwire_pop3::family::retrieve::Top;
use mailwire_pop3::family::stat::Stat;
use mailwire_pop3::sasl::MechanismName;
use mailwire_pop3::{
    Answer, Command, Deviation, Expect, Extension, Item, Listing, Response, Status, Tolerance, Verb,
};
use mailwire_testing::laws::{self, Element};
use proptest::prelude::*;
use proptest::sample::select;

const STRICT: Tolerance = Tolerance::strict();

/// A text may be in UTF-8, and its grammar cannot know whether a language was chosen.
fn built<T: Element>(value: &T) -> Result<(), TestCaseError> {
    laws::built(0, value, STRICT.with(Deviation::EightBitText))
}

fn any_octets<T: Element>(bytes: &[u8]) -> Result<(), TestCaseError> {
    laws::any_octets::<Deviation, T>(0, bytes)
}

fn mutated(legal: BoxedStrategy<Vec<u8>>) -> BoxedStrategy<Vec<u8>> {
    laws::mutated(legal, b" \t\r\n\0<>[]+-./")
}

// Strategies, in the order of the files in `element` and `family`.

fn number() -> BoxedStrategy<MessageNumber> {
    prop_oneof![1..20_u32, 1..=u32::MAX, Just(u32::MAX)]
        .prop_map(|number| MessageNumber::new(number).unwrap())
        .boxed()
}

fn size() -> BoxedStrategy<u64> {
    prop_oneof![0..5000_u64, any::<u64>(), Just(u64::MAX)].boxed()
}

fn unique_id() -> BoxedStrategy<UniqueId<'static>> {
    "[!-~]{1,70}".prop_map(|id| UniqueId::new(id).unwrap()).boxed()
}

fn response_code() -> BoxedStrategy<ResponseCode<'static>> {
    prop_oneof![
        select(KnownCode::ALL.to_vec()).prop_map(ResponseCode::from),
        "[!-.0-\\\\^-~]{1,6}(/[!-.0-\\\\^-~]{1,6}){0,3}"
            .prop_map(|code| ResponseCode::new(code).unwrap()),
    ]
    .boxed()
}

fn stamp() -> BoxedStrategy<Stamp<'static>> {
    "<[a-z0-9+/=]{1,6}(\\.[a-z0-9]{1,6}){0,2}@([a-z]{1,6}(\\.[a-z]{2}){0,2}|\\[[0-9.]{1,8}\\])>"
        .prop_map(|stamp| Stamp::new(stamp).unwrap())
        .boxed()
}

fn digest() -> BoxedStrategy<Digest> {
    any::<[u8; 16]>().prop_map(Digest::from_md5).boxed()
}

/// Text that can stand in a line.
fn text() -> BoxedStrategy<String> {
    let piece = prop_oneof![
        8 => "[a-zA-Z0-9]{1,6}",
        3 => "[ -Z\\\\-~]{1,3}",
        1 => select(vec!["\u{e9}", "\u{5b6b}\u{5b50}", " ", "  ", "]", "<", ">", "."])
            .prop_map(String::from),
    ];
    proptest::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat()).boxed()
}

fn response() -> BoxedStrategy<Response<'static>> {
    let status = select(vec![Status::Ok, Status::Err]);
    prop_oneof![
        (status.clone(), text())
            .prop_filter_map("a text", |(status, text)| Response::new(status, text).ok()),
        (status, response_code(), text())
            .prop_map(|(status, code, text)| Response::with_code(status, code, text).unwrap()),
    ]
    .boxed()
}

fn user_name() -> BoxedStrategy<UserName<'static>> {
    prop_oneof!["[!-~]{1,20}", "[a-z\u{e0}-\u{ff}]{1,10}"]
        .prop_map(|name| UserName::new(name).unwrap())
        .boxed()
}

fn password() -> BoxedStrategy<Password<'static>> {
    proptest::collection::vec(any::<u8>(), 0..20)
        .prop_filter_map("one line", |octets| Password::new(octets).ok())
        .boxed()
}

fn mechanism() -> BoxedStrategy<MechanismName<'static>> {
    "[A-Z0-9_-]{1,20}".prop_map(|name| MechanismName::new(&name).unwrap().into_owned()).boxed()
}

fn auth() -> BoxedStrategy<Auth<'static>> {
    let response = proptest::option::of(proptest::collection::vec(any::<u8>(), 0..40));
    (mechanism(), response)
        .prop_map(|(name, response)| match response {
            Some(response) => Auth::new(name).with_initial_response(&response),
            None => Auth::new(name),
        })
        .boxed()
}

fn words() -> BoxedStrategy<String> {
    proptest::collection::vec("[!-~]{1,8}", 0..4).prop_map(|words| words.join(" ")).boxed()
}

fn capability() -> BoxedStrategy<Capability<'static>> {
    use Extension as X;
    let plain = vec![
        X::Top,
        X::User,
        X::RespCodes,
        X::Pipelining,
        X::Uidl,
        X::Stls,
        X::AuthRespCode,
        X::Lang,
    ];
    prop_oneof![
        select(plain).prop_map(Capability::Plain),
        words().prop_map(|names| Capability::Sasl(Mechanisms::new(names).unwrap())),
        (any::<u32>(), any::<bool>())
            .prop_map(|(seconds, user)| Capability::LoginDelay { seconds, user }),
        (proptest::option::of(any::<u32>()), any::<bool>())
            .prop_map(|(days, user)| Capability::Expire { days, user }),
        text().prop_filter_map("a text", |text| {
            ImplementationText::new(text).ok().map(Capability::Implementation)
        }),
        any::<bool>().prop_map(|user| Capability::Utf8 { user }),
        ("[!--/-~]{1,10}", words()).prop_filter_map("another tag", |(tag, parameters)| {
            OtherCapability::new(tag, parameters).ok().map(Capability::Other)
        }),
    ]
    .boxed()
}

fn language_tag() -> BoxedStrategy<LanguageTag<'static>> {
    "[a-z0-9]{1,8}(-[A-Za-z0-9]{1,8}){0,2}".prop_map(|tag| LanguageTag::new(tag).unwrap()).boxed()
}

fn language_range() -> BoxedStrategy<LanguageRange<'static>> {
    prop_oneof!["[a-zA-Z]{1,8}(-[A-Za-z0-9]{1,8}){0,2}", Just(String::from("*"))]
        .prop_map(|range| LanguageRange::new(range).unwrap())
        .boxed()
}

fn language_item() -> BoxedStrategy<LanguageItem<'static>> {
    (language_tag(), text()).prop_map(|(tag, text)| LanguageItem::new(tag, text).unwrap()).boxed()
}

fn stat() -> BoxedStrategy<Stat<'static>> {
    (any::<u32>(), size(), text())
        .prop_map(|(messages, octets, text)| Stat::new(messages, octets).with_text(text).unwrap())
        .boxed()
}

fn list_item() -> BoxedStrategy<ListItem<'static>> {
    (number(), size(), text())
        .prop_map(|(number, size, text)| ListItem::new(number, size).with_text(text).unwrap())
        .boxed()
}

fn uid_item() -> BoxedStrategy<UidItem<'static>> {
    (number(), unique_id()).prop_map(|(number, id)| UidItem::new(number, id)).boxed()
}

fn command() -> BoxedStrategy<Command<'static>> {
    let maybe = || proptest::option::of(number());
    prop_oneof![
        user_name().prop_map(Command::User),
        password().prop_map(Command::Pass),
        (user_name(), digest()).prop_map(|(name, digest)| Command::Apop(Apop::new(name, digest))),
        proptest::option::of(auth()).prop_map(Command::Auth),
        maybe().prop_map(Command::List),
        maybe().prop_map(Command::Uidl),
        number().prop_map(Command::Retr),
        number().prop_map(Command::Dele),
        (number(), any::<u64>()).prop_map(|(number, lines)| Command::Top(Top { number, lines })),
        proptest::option::of(language_range()).prop_map(Command::Lang),
        select(vec![
            Command::Stat,
            Command::Noop,
            Command::Rset,
            Command::Capa,
            Command::Stls,
            Command::Utf8,
            Command::Quit,
        ]),
        ("[!-~]{1,8}", text()).prop_filter_map("another verb", |(verb, arguments)| {
            OtherCommand::new(verb, arguments).ok().map(Command::Other)
        }),
    ]
    .boxed()
}

/// Octets that are nearly something.
fn nearly() -> BoxedStrategy<Vec<u8>> {
    let piece = prop_oneof![
        select(vec![
            "+OK",
            "-ERR",
            "+",
            " ",
            "\t",
            "  ",
            "\r",
            "\n",
            "\r\n",
            ".",
            "[",
            "]",
            "/",
            "<",
            ">",
            "@",
            "1",
            "0",
            "01",
            "-1",
            "+1",
            "4294967296",
            "18446744073709551616",
            "SYS/TEMP",
            "LIST",
            "UIDL",
            "TOP",
            "PASS",
            "AUTH",
            "PLAIN",
            "=",
            "SASL",
            "EXPIRE",
            "NEVER",
            "USER",
            "IMPLEMENTATION",
            "\0",
            "*",
            "-",
        ])
        .prop_map(|word| word.as_bytes().to_vec()),
        proptest::collection::vec(any::<u8>(), 1..3),
        "[a-z]{1,4}".prop_map(String::into_bytes),
    ];
    proptest::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat()).boxed()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, ..ProptestConfig::default() })]

    #[test]
    fn commands(value in command()) {
        built(&value)?;
        let bytes = value.to_bytes();
        for end in 0..bytes.len() {
            prop_assert!(Command::parse_with(&bytes[..end], Tolerance::lenient()).is_err());
        }
    }

    #[test]
    fn responses(value in response(), stamp in stamp()) {
        built(&value)?;
        let bytes = value.to_bytes();
        for end in 0..bytes.len() {
            prop_assert!(Response::parse_with(&bytes[..end], Tolerance::lenient()).is_err());
        }
        built(&Greeting { response: value })?;
        let greeting = Greeting::ready("ready", Some(&stamp)).unwrap();
        built(&greeting)?;
        prop_assert_eq!(greeting.stamp(), Some(stamp));
    }

    #[test]
    fn elements(
        number in number(), id in unique_id(), code in response_code(), stamp in stamp(),
        digest in digest(), name in user_name(), tag in language_tag(), range in language_range(),
        capability in capability(), stat in stat(),
    ) {
        built(&number)?;
        built(&id)?;
        built(&code)?;
        built(&stamp)?;
        built(&digest)?;
        built(&name)?;
        built(&tag)?;
        built(&range)?;
        built(&capability)?;
        built(&stat)?;
    }

    #[test]
    fn items(
        size in list_item(), uid in uid_item(), capability in capability(),
        language in language_item(), name in mechanism(),
    ) {
        built(&size)?;
        built(&uid)?;
        built(&language)?;
        for item in [
            Item::Size(size),
            Item::UniqueId(uid),
            Item::Capability(capability),
            Item::Language(language),
            Item::Mechanism(name),
        ] {
            let bytes = item.to_bytes();
            prop_assert!(bytes.first() != Some(&b'.'), "a line that needs another dot");
            let listing = item.listing().unwrap();
            prop_assert_eq!(Item::parse(&bytes, listing), item);
        }
    }

    #[test]
    fn answers(stat in stat(), size in list_item(), uid in uid_item(), language in language_item()) {
        for (answer, expect) in [
            (Answer::Stat(stat), Expect::Stat),
            (Answer::Size(size.clone()), Expect::Size(Some(size.number()))),
            (Answer::UniqueId(uid.clone()), Expect::UniqueId(Some(uid.number))),
            (Answer::Language(language), Expect::Language),
        ] {
            let bytes = answer.to_bytes();
            prop_assert_eq!(Answer::parse(&bytes, expect), Ok(answer));
        }
    }

    #[test]
    fn any_octets_as_a_command(
        random in proptest::collection::vec(any::<u8>(), 0..40),
        nearly in nearly(),
        mutated in mutated(command().prop_map(|command| command.to_bytes()).boxed()),
        verb in select(Verb::ALL.to_vec()),
    ) {
        any_octets::<Command<'_>>(&random)?;
        any_octets::<Command<'_>>(&nearly)?;
        any_octets::<Command<'_>>(&mutated)?;
        let line = [verb.as_str().as_bytes(), b" ", &nearly, b"\r\n"].concat();
        any_octets::<Command<'_>>(&line)?;
    }

    #[test]
    fn any_octets_as_an_answer(
        random in proptest::collection::vec(any::<u8>(), 0..40),
        nearly in nearly(),
        mutated in mutated(response().prop_map(|response| response.to_bytes()).boxed()),
        value in mutated(prop_oneof![
            stat().prop_map(|value| value.to_bytes()),
            list_item().prop_map(|value| value.to_bytes()),
            uid_item().prop_map(|value| value.to_bytes()),
            language_item().prop_map(|value| value.to_bytes()),
            capability().prop_map(|value| value.to_bytes()),
        ].boxed()),
    ) {
        let line = [b"+OK ", &nearly[..], b"\r\n"].concat();
        let typed = [b"+OK ", &value[..], b"\r\n"].concat();
        for bytes in [&random, &nearly, &mutated, &line, &typed] {
            any_octets::<Response<'_>>(bytes)?;
            any_octets::<Greeting<'_>>(bytes)?;
            for expect in [
                Expect::Status,
                Expect::Stat,
                Expect::Size(None),
                Expect::UniqueId(Some(MessageNumber::FIRST)),
                Expect::Language,
                Expect::Exchange,
            ] {
                for tolerance in [STRICT, Tolerance::default(), Tolerance::lenient()] {
                    let Ok((answer, _)) = Answer::parse_with(bytes, expect, tolerance) else {
                        continue;
                    };
                    let written = answer.to_bytes();
                    let again = Answer::parse_with(&written, expect, Tolerance::lenient());
                    prop_assert!(again.is_ok(), "{}", bytes.escape_ascii());
                }
            }
        }
        for listing in [
            Listing::Sizes,
            Listing::UniqueIds,
            Listing::Capabilities,
            Listing::Languages,
            Listing::Mechanisms,
        ] {
            for bytes in [&random, &nearly, &value] {
                let _ = Item::parse_with(bytes, listing, Tolerance::lenient());
            }
        }
    }

    #[test]
    fn any_octets_as_an_element(
        random in proptest::collection::vec(any::<u8>(), 0..24),
        nearly in nearly(),
        mutated in mutated(prop_oneof![
            capability().prop_map(|value| value.to_bytes()),
            list_item().prop_map(|value| value.to_bytes()),
            uid_item().prop_map(|value| value.to_bytes()),
            response_code().prop_map(|value| value.to_bytes()),
            stamp().prop_map(|value| value.to_bytes()),
        ].boxed()),
    ) {
        for bytes in [&random, &nearly, &mutated] {
            any_octets::<MessageNumber>(bytes)?;
            any_octets::<UniqueId<'_>>(bytes)?;
            any_octets::<ResponseCode<'_>>(bytes)?;
            any_octets::<Stamp<'_>>(bytes)?;
            any_octets::<Digest>(bytes)?;
            any_octets::<UserName<'_>>(bytes)?;
            any_octets::<LanguageTag<'_>>(bytes)?;
            any_octets::<LanguageRange<'_>>(bytes)?;
            any_octets::<LanguageItem<'_>>(bytes)?;
            any_octets::<Capability<'_>>(bytes)?;
            // A missing size has no legal form, and is written as 0.
            let same = |again: &Stat<'_>, stat: &Stat<'_>| again == stat || stat.octets().is_none();
            laws::any_octets_with::<Deviation, Stat<'_>>(0, bytes, same)?;
            let same = |again: &ListItem<'_>, item: &ListItem<'_>| {
                again == item || item.size().is_none()
            };
            laws::any_octets_with::<Deviation, ListItem<'_>>(0, bytes, same)?;
            any_octets::<UidItem<'_>>(bytes)?;
        }
    }
}
