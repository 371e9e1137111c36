//! What is built is parsed back to the same value; what is parsed is written so that it is read the
//! same again; and no octets make anything panic.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use mailwire_smtp::element::deliver_by::{DeliverBy, DeliverByOffer};
use mailwire_smtp::element::domain::{AddressLiteral, Domain};
use mailwire_smtp::element::dsn::{Envid, Notify, Ret};
use mailwire_smtp::element::enhanced_code::EnhancedCode;
use mailwire_smtp::element::future_release::{FutureReleaseOffer, HoldFor, HoldUntil};
use mailwire_smtp::element::mailbox::{LocalPart, Mailbox};
use mailwire_smtp::element::orcpt::Orcpt;
use mailwire_smtp::element::path::{ForwardPath, Path, ReversePath};
use mailwire_smtp::element::priority::{MtPriority, PriorityProfile};
use mailwire_smtp::element::reply_code::ReplyCode;
use mailwire_smtp::element::rrvs::Rrvs;
use mailwire_smtp::element::solicit::Solicit;
use mailwire_smtp::element::text::Text;
use mailwire_smtp::element::timestamp::Timestamp;
use mailwire_smtp::element::tracking::Mtrk;
use mailwire_smtp::element::transid::Transid;
use mailwire_smtp::element::xtext::Xtext;
use mailwire_smtp::family::greeting::Greeting;
use mailwire_smtp::family::hello::{EhloReply, HelloName, HelloText, Keyword};
use mailwire_smtp::family::mail::{AuthParameter, MailParameter, MailParameters};
use mailwire_smtp::family::rcpt::{RcptParameter, RcptParameters};
use mailwire_smtp::{Command, Deviation, Reply, Tolerance, Verb};
use mailwire_testing::laws::{self, Element};
use proptest::prelude::*;
use proptest::sample::select;
use support::values::*;

const STRICT: Tolerance = Tolerance::strict();

/// A reply may be in UTF-8, and its grammar cannot know whether that was asked for.
fn reads_back<T: Element>(value: &T) -> Result<(), TestCaseError> {
    laws::reads_back(0, value, STRICT.with(Deviation::EightBitText))
}

fn built<T: Element>(value: &T) -> Result<(), TestCaseError> {
    laws::built(0, value, STRICT)
}

fn any_octets<T: Element>(bytes: &[u8]) -> Result<(), TestCaseError> {
    laws::any_octets::<Deviation, T>(0, bytes)
}

fn mutated(lines: BoxedStrategy<Vec<u8>>) -> BoxedStrategy<Vec<u8>> {
    laws::mutated(lines, b" \t\r\n\0<>@\"\\=+;,.-:")
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
    fn replies(value in reply()) {
        let bytes = value.to_bytes();
        reads_back(&value)?;
        for end in 0..bytes.len() {
            prop_assert!(Reply::parse_with(&bytes[..end], Tolerance::lenient()).is_err());
        }
    }

    #[test]
    fn ehlo_replies(value in ehlo_reply()) {
        let bytes = value.to_bytes();
        reads_back(&value)?;
        for end in 0..bytes.len() {
            prop_assert!(EhloReply::parse_with(&bytes[..end], Tolerance::lenient()).is_err());
        }
    }

    #[test]
    fn keywords(value in keyword()) {
        built(&value)?;
    }

    #[test]
    fn parameters(mail in mail_parameter(), rcpt in rcpt_parameter()) {
        built(&mail)?;
        built(&rcpt)?;
    }

    #[test]
    fn addresses(mailbox in mailbox(), reverse in reverse_path(), forward in forward_path()) {
        built(&mailbox)?;
        built(&mailbox.local_part)?;
        built(&mailbox.domain)?;
        built(&Path::from(mailbox))?;
        built(&reverse)?;
        built(&forward)?;
    }

    #[test]
    fn elements(
        literal in literal(), text in text(), xtext in xtext(0), notify in notify(),
        orcpt in orcpt(), by in deliver_by(), mtrk in mtrk(), solicit in solicit(), rrvs in rrvs(),
        code in reply_code(), status in enhanced_code(), time in timestamp(),
    ) {
        built(&literal)?;
        built(&text)?;
        built(&xtext)?;
        built(&notify)?;
        built(&orcpt)?;
        built(&by)?;
        built(&mtrk)?;
        built(&solicit)?;
        built(&rrvs)?;
        built(&code)?;
        built(&status)?;
        built(&time)?;
    }

    #[test]
    fn greetings(domain in domain(), text in line()) {
        let value = Greeting::ready(&domain, text).unwrap();
        reads_back(&value)?;
    }

    /// A client name that is no domain is only kept, so it is not strictly legal.
    #[test]
    fn client_names(text in printable(20)) {
        if let Ok(text) = HelloText::new(text) {
            let value = Command::Ehlo(HelloName::Other(text));
            let bytes = value.to_bytes();
            let (read, _) = Command::parse_with(&bytes, Tolerance::lenient()).unwrap();
            prop_assert_eq!(read, value);
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
    fn any_octets_as_a_reply(
        random in proptest::collection::vec(any::<u8>(), 0..40),
        nearly in nearly(),
        mutated in mutated(reply().prop_map(|reply| reply.to_bytes()).boxed()),
        hello in mutated(ehlo_reply().prop_map(|reply| reply.to_bytes()).boxed()),
    ) {
        let line = [b"250 ", &nearly[..], b"\r\n"].concat();
        for bytes in [&random, &nearly, &mutated, &hello, &line] {
            any_octets::<Reply<'_>>(bytes)?;
            any_octets::<EhloReply<'_>>(bytes)?;
            any_octets::<Greeting<'_>>(bytes)?;
        }
    }

    #[test]
    fn any_octets_as_an_element(
        random in proptest::collection::vec(any::<u8>(), 0..24),
        nearly in nearly(),
        mutated in mutated(prop_oneof![
            mailbox().prop_map(|value| value.to_bytes()),
            mail_parameter().prop_map(|value| value.to_bytes()),
            rcpt_parameter().prop_map(|value| value.to_bytes()),
            keyword().prop_map(|value| value.to_bytes()),
        ].boxed()),
    ) {
        for bytes in [&random, &nearly, &mutated] {
            any_octets::<Domain<'_>>(bytes)?;
            any_octets::<AddressLiteral<'_>>(bytes)?;
            any_octets::<LocalPart<'_>>(bytes)?;
            any_octets::<Mailbox<'_>>(bytes)?;
            any_octets::<Path<'_>>(bytes)?;
            any_octets::<ReversePath<'_>>(bytes)?;
            any_octets::<ForwardPath<'_>>(bytes)?;
            any_octets::<Text<'_>>(bytes)?;
            any_octets::<Xtext<'_>>(bytes)?;
            any_octets::<Envid<'_>>(bytes)?;
            any_octets::<Notify>(bytes)?;
            any_octets::<Ret>(bytes)?;
            any_octets::<Orcpt<'_>>(bytes)?;
            any_octets::<DeliverBy>(bytes)?;
            any_octets::<DeliverByOffer<'_>>(bytes)?;
            any_octets::<HoldFor>(bytes)?;
            any_octets::<HoldUntil>(bytes)?;
            any_octets::<FutureReleaseOffer>(bytes)?;
            any_octets::<MtPriority>(bytes)?;
            any_octets::<PriorityProfile<'_>>(bytes)?;
            any_octets::<Mtrk<'_>>(bytes)?;
            any_octets::<Solicit<'_>>(bytes)?;
            any_octets::<Transid<'_>>(bytes)?;
            any_octets::<Rrvs>(bytes)?;
            any_octets::<Timestamp>(bytes)?;
            any_octets::<ReplyCode>(bytes)?;
            any_octets::<EnhancedCode>(bytes)?;
            any_octets::<AuthParameter<'_>>(bytes)?;
            any_octets::<MailParameter<'_>>(bytes)?;
            any_octets::<RcptParameter<'_>>(bytes)?;
            any_octets::<MailParameters<'_>>(bytes)?;
            any_octets::<RcptParameters<'_>>(bytes)?;
            any_octets::<Keyword<'_>>(bytes)?;
        }
    }
}
