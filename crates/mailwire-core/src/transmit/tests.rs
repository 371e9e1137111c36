use super::*;
use alloc::{format, vec};
use proptest::prelude::*;

fn all(queue: &TransmitQueue) -> Vec<u8> {
    let transmit = queue.transmit();
    let slices: Vec<&[u8]> = transmit.slices().collect();
    assert!(slices.iter().all(|slice| !slice.is_empty()));
    assert_eq!(transmit.first(), slices.first().copied().unwrap_or_default());
    let octets = slices.concat();
    assert_eq!((octets.len(), octets.len()), (transmit.len(), queue.len()));
    assert_eq!((octets.is_empty(), octets.is_empty()), (transmit.is_empty(), queue.is_empty()));
    octets
}

fn count(queue: &TransmitQueue) -> usize {
    queue.transmit().slices().count()
}

#[test]
fn sizes() {
    assert!(size_of::<TransmitQueue>() <= 96);
    assert!(size_of::<Transmit<'_>>() <= 40);
}

#[test]
fn small_messages_need_no_heap() {
    let mut queue = TransmitQueue::new();
    for _ in 0..1000 {
        queue.push(b"250 2.0.0 OK\r\n");
        queue.push(b"250 2.1.5 OK\r\n");
        queue.transmitted(20);
        queue.transmitted(8);
        assert!(queue.is_empty() && queue.heap.is_none());
    }
}

#[test]
fn messages_that_spill_stay_one_slice_and_leave_no_heap() {
    let mut queue = TransmitQueue::new();
    for _ in 0..100 {
        queue.push(b"250-EXTENSION\r\n");
    }
    assert_eq!((count(&queue), queue.len()), (1, 1500));
    queue.transmitted(1499);
    assert_eq!(queue.transmit().first(), b"\n");
    queue.transmitted(1);
    assert!(queue.heap.is_none() && queue.is_empty());
}

#[test]
fn bodies_are_not_copied() {
    let mut queue = TransmitQueue::new();
    let body = Bytes::from(vec![b'x'; 1000]);
    queue.push(b"a");
    queue.push_body(body.slice(..400));
    queue.push(b".");
    queue.push(b".");
    queue.push_body(body.slice(400..));
    queue.push_body(Bytes::new());
    queue.write_with(|tail| tail.extend_from_slice(b"\r\n.\r\n"));
    let transmit = queue.transmit();
    let slices: Vec<&[u8]> = transmit.slices().collect();
    assert_eq!(slices.len(), 5);
    assert_eq!(slices[1].as_ptr(), body.as_ptr());
    assert_eq!(slices[3].as_ptr(), body[400..].as_ptr());
    assert_eq!((slices[2], slices[4]), (&b".."[..], &b"\r\n.\r\n"[..]));
    queue.transmitted(usize::MAX);
    assert!(queue.is_empty() && queue.heap.is_none());
    assert!(body.is_unique());
}

#[test]
fn an_empty_write_leaves_no_heap() {
    let mut queue = TransmitQueue::new();
    queue.write_with(|_| {});
    queue.push(b"");
    queue.push_body(Bytes::new());
    assert!(queue.is_empty() && queue.heap.is_none());
    queue.push(b"x");
    queue.clear();
    assert!(queue.is_empty());
}

#[test]
fn a_writer_that_takes_away_does_no_harm_but_to_itself() {
    let mut queue = TransmitQueue::new();
    queue.push(&[b'a'; 100]);
    queue.push_body(Bytes::from_static(b"body"));
    queue.push(b"tail");
    queue.transmitted(10);
    queue.write_with(|tail| tail.truncate(50));
    assert_eq!(all(&queue), [&[b'a'; 40][..], b"body"].concat());
    queue.write_with(|tail| *tail = Vec::new());
    assert_eq!(all(&queue), b"body");
    queue.transmitted(4);
    assert!(queue.heap.is_none());
}

#[test]
fn a_queue_that_is_never_empty_does_not_grow() {
    let mut queue = TransmitQueue::new();
    queue.push(&[b'a'; 200]);
    for _ in 0..10_000 {
        queue.push(&[b'a'; 100]);
        queue.transmitted(100);
    }
    assert_eq!(queue.len(), 200);
    assert!(queue.heap.as_ref().is_some_and(|heap| heap.octets.capacity() < 2000));
}

#[test]
fn smtp_s_06_debug_shows_no_octets() {
    let mut queue = TransmitQueue::new();
    queue.push(b"AUTH PLAIN AHUAcA==\r\n");
    assert_eq!(format!("{queue:?}"), "TransmitQueue { len: 21, .. }");
    assert_eq!(format!("{:?}", queue.transmit()), "Transmit { len: 21, .. }");
    assert!(Transmit::empty().is_empty());
}

#[cfg(feature = "std")]
#[test]
fn io_slices_fill_what_is_given() {
    let mut queue = TransmitQueue::new();
    queue.push(b"ab");
    queue.push_body(Bytes::from_static(b"cd"));
    queue.push(b"ef");
    let mut slices = [std::io::IoSlice::new(&[]); 2];
    assert_eq!(queue.transmit().io_slices(&mut slices), 2);
    assert_eq!((&*slices[0], &*slices[1]), (&b"ab"[..], &b"cd"[..]));
    let mut slices = [std::io::IoSlice::new(&[]); 9];
    assert_eq!(queue.transmit().io_slices(&mut slices), 3);
}

#[derive(Debug, Clone)]
enum Step {
    Push(usize),
    Body(usize),
    Write(usize),
    Transmitted(usize),
}

proptest! {
    #[test]
    fn the_order_is_kept(
        steps in proptest::collection::vec(
            prop_oneof![
                (0_usize..100).prop_map(Step::Push), (0_usize..100).prop_map(Step::Body),
                (0_usize..100).prop_map(Step::Write), (0_usize..150).prop_map(Step::Transmitted)],
            0..60),
    ) {
        let (mut queue, mut model, mut next) = (TransmitQueue::new(), Vec::new(), 0_u8);
        for step in steps {
            let mut some = |n| (0..n).map(|_| { next = next.wrapping_add(1); next }).collect::<Vec<u8>>();
            match step {
                Step::Push(n) => { let octets = some(n); model.extend(&octets); queue.push(&octets); }
                Step::Body(n) => { let octets = some(n); model.extend(&octets); queue.push_body(octets.into()); }
                Step::Write(n) => {
                    let octets = some(n);
                    model.extend(&octets);
                    queue.write_with(|tail| tail.extend_from_slice(&octets));
                }
                Step::Transmitted(n) => { model.drain(..n.min(model.len())); queue.transmitted(n); }
            }
            prop_assert_eq!(all(&queue), &model[..]);
        }
    }
}
