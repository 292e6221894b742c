//! What the machines do: case by case, as tables, in every order, as properties, and in whole stories.

mod by_hand;
mod cases;
mod deadlines;
mod doubts;
mod pages;
mod permutations;
mod persons;
mod properties;
mod refunds;
mod second;
mod stored;
mod sums;
mod table;
mod words;
mod world;
