//! How an act is put to a region's machine and how the machine answers.
//!
//! The machine is restored at the stored phase, hears one motion, and is thrown away: it has no entry or exit
//! actions and nothing of it is stored but the phase. statig ignores an event that no handler takes, so the answer
//! lives in the borrowed context and starts as a refusal.

use statig::blocking::{IntoStateMachine, IntoStateMachineExt as _, State, Superstate};
use statig::prelude::Outcome;

use super::Act;

/// An act that wants to reach a phase. Not `Copy`: handlers take it by reference.
pub(super) struct Motion<P, A = Act> {
    pub(super) act: A,
    pub(super) to: P,
}

/// What the machine says to a motion.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Answer {
    /// The act has no place in this phase.
    #[default]
    Refused,
    /// The act has its place here but does not license this move.
    AtHome,
    /// The act licenses this move.
    Licensed,
}

impl Answer {
    /// The act has its place here and moves nothing.
    pub(super) fn stay<P>(&mut self) -> Outcome<P> {
        *self = Self::AtHome;
        Outcome::Handled
    }

    /// The act has its place here and may lead to any of `targets`.
    pub(super) fn lead<P: Copy + PartialEq, A>(
        &mut self,
        motion: &Motion<P, A>,
        targets: &[P],
    ) -> Outcome<P> {
        if !targets.contains(&motion.to) {
            return self.stay();
        }
        *self = Self::Licensed;
        Outcome::Transition(motion.to)
    }

    /// The act has no place here although the phases around allow it.
    pub(super) fn bar<P>(&mut self) -> Outcome<P> {
        *self = Self::Refused;
        Outcome::Handled
    }
}

/// Restores `machine` at `from` and puts one motion to it.
pub(super) fn put<M, P, A>(machine: M, from: P, act: A, to: P) -> Answer
where
    P: Copy + PartialEq + State<M>,
    M: IntoStateMachine<State = P>,
    for<'any> M: IntoStateMachine<Event<'any> = Motion<P, A>, Context<'any> = Answer>,
    for<'sub> M::Superstate<'sub>: Superstate<M>,
{
    let mut answer = Answer::default();
    let mut restored = machine.uninitialized_state_machine();
    *restored.state_mut() = from;
    let mut machine = restored.init_with_context(&mut answer);
    machine.handle_with_context(&Motion { act, to }, &mut answer);
    // Answer and machine must agree, or nothing is licensed.
    if answer == Answer::Licensed && *machine.state() != to { Answer::Refused } else { answer }
}
