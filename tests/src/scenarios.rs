//! Ways to misbehave, each of them what one hub does. What is expected of a client is not said here.

pub mod breaks;
pub mod bytes;
pub mod folders;
pub mod gates;
pub mod heads;
pub mod listings;
pub mod patience;
pub mod redirects;
pub mod refusals;

use crate::{
    Question::{Get, Head},
    Scenario,
};

/// The scenarios in which clients are compared: one file is asked for, and it is clear what a decent client would have in
/// the end. What a hub may try to reach beyond that is not among them.
pub fn compared() -> Vec<fn() -> Scenario> {
    vec![
        bytes::one_bit_is_another,
        bytes::every_byte_is_another,
        bytes::one_bit_is_another_once,
        bytes::too_short,
        bytes::too_long,
        bytes::endless,
        bytes::a_page_instead,
        refusals::a_pointer_instead,
        refusals::packed,
        || refusals::refused_in_xml(403),
        || refusals::refused_in_xml(404),
        || refusals::refused_in_text(404),
        || refusals::refused_in_text(500),
        breaks::closed_every_time,
        breaks::reset_every_time,
        breaks::reset_once,
        breaks::closed_once,
        breaks::replaced_for_good,
        breaks::spliced,
        breaks::no_parts,
        breaks::no_rest,
        breaks::another_part,
        breaks::parts_of_another_length,
        breaks::addresses_expire,
        breaks::promised_twice_the_length,
        breaks::no_length,
        || patience::slow_down(Head),
        || patience::slow_down(Get),
        || patience::a_day(Get),
        || patience::fails_three_times(Head),
        || patience::fails_three_times(Get),
        patience::a_byte_a_second_once,
        || patience::stalls(true),
        || patience::never_answers(Head),
        || patience::never_answers(Get),
        || redirects::in_a_circle(true),
        redirects::fifty_hops,
        redirects::to_another_server,
        redirects::without_a_scheme,
        heads::two_tags,
        heads::no_right_tag,
        heads::weak_tag,
        heads::bare_tag,
        heads::no_tag,
        heads::no_commit,
        heads::login_page,
        heads::the_branch_moves,
        heads::many_headers,
    ]
}
