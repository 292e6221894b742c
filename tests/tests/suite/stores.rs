//! Random sequences of calls of each store, compared with one model.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};

use kakaopay::Clock;
use kakaopay::store::{MemoryStore, Store};
use kakaopay_postgres_cluster::shared;
use kakaopay_store_postgres::{PostgresOptions, PostgresStore};
use kakaopay_store_sqlite::{SqliteOptions, SqliteStore};
use kakaopay_tests::postgres_clock::PostgresClock;
use kakaopay_tests::store_model::{Call, CheckedStore, Model, SetClock};
use kakaopay_types::Timestamp;
use proptest::prelude::*;
use proptest::test_runner::Config;
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest, prop_state_machine};
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// The model, as the calls are made up by.
struct Calls;

impl ReferenceStateMachine for Calls {
    type State = Model;
    type Transition = Call;

    fn init_state() -> BoxedStrategy<Model> {
        Just(Model::default()).boxed()
    }

    fn transitions(_: &Model) -> BoxedStrategy<Call> {
        Call::any()
    }

    fn apply(state: Model, call: &Call) -> Model {
        state.after(call)
    }
}

/// A store with its clock, and its runtime.
struct Running<S, C = ManualClock> {
    checked: CheckedStore<S, C>,
    runtime: Runtime,
}

/// A clock in memory.
#[derive(Clone, Default)]
struct ManualClock(Arc<AtomicI64>);

impl SetClock for ManualClock {
    async fn set(&self, now: Timestamp) {
        self.0.store(now.unix_millis(), Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix_millis(self.0.load(Ordering::SeqCst)).expect("a time")
    }
}

impl<S: Store, C: SetClock> Running<S, C> {
    fn new(store: S, clock: C, runtime: Runtime) -> Self {
        Self { checked: CheckedStore::new(store, clock), runtime }
    }

    fn apply(mut self, call: &Call) -> Self {
        self.runtime.block_on(self.checked.apply(call));
        self
    }
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}

struct Memory;

impl StateMachineTest for Memory {
    type SystemUnderTest = Running<MemoryStore>;
    type Reference = Calls;

    fn init_test(_: &Model) -> Self::SystemUnderTest {
        let clock = ManualClock::default();
        Running::new(MemoryStore::new().with_clock(clock.clone()), clock, runtime())
    }

    fn apply(running: Self::SystemUnderTest, _: &Model, call: Call) -> Self::SystemUnderTest {
        running.apply(&call)
    }
}

struct Sqlite;

impl StateMachineTest for Sqlite {
    type SystemUnderTest = (Running<SqliteStore>, SqliteOptions, TempDir);
    type Reference = Calls;

    fn init_test(_: &Model) -> Self::SystemUnderTest {
        let folder = tempfile::tempdir().expect("a folder");
        let clock = ManualClock::default();
        let options = SqliteOptions::new().clock(clock.clone());
        let store = options.open(folder.path().join("store.sqlite")).expect("a store");
        (Running::new(store, clock, runtime()), options, folder)
    }

    fn apply(
        (mut running, options, folder): Self::SystemUnderTest,
        _: &Model,
        call: Call,
    ) -> Self::SystemUnderTest {
        if matches!(call, Call::Reopen) {
            running.runtime.block_on(running.checked.store.close()).expect("closed");
            running.checked.store = options.open(folder.path().join("store.sqlite")).expect("a store");
        }
        (running.apply(&call), options, folder)
    }
}

struct Postgres;

/// `None` where PostgreSQL is not installed, which is said.
type OnPostgres = Option<(Running<PostgresStore, PostgresClock>, PostgresOptions)>;

impl StateMachineTest for Postgres {
    type SystemUnderTest = OnPostgres;
    type Reference = Calls;

    fn init_test(_: &Model) -> OnPostgres {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let schema = format!("ledger_{}", NEXT.fetch_add(1, Ordering::Relaxed));
        let (connection, runtime) = (shared()?.tcp("postgres"), runtime());
        let options = PostgresOptions::new(&connection).expect("options").schema(&schema);
        let clock = runtime.block_on(PostgresClock::create(&connection, &format!("clock_of_{schema}")));
        let options = clock.of(options);
        let store = runtime.block_on(options.open()).expect("a store");
        Some((Running::new(store, clock, runtime), options))
    }

    fn apply(state: OnPostgres, _: &Model, call: Call) -> OnPostgres {
        let (mut running, options) = state?;
        if matches!(call, Call::Reopen) {
            running.checked.store.close();
            running.checked.store = running.runtime.block_on(options.open()).expect("a store");
        }
        Some((running.apply(&call), options))
    }
}

fn cases(cases: u32) -> Config {
    Config { cases, max_shrink_iters: 2_000, ..Config::default() }
}

prop_state_machine! {
    #![proptest_config(cases(256))]

    #[test]
    fn i10_memory_does_what_the_model_does(sequential 1..60 => Memory);
}

prop_state_machine! {
    #![proptest_config(cases(32))]

    #[test]
    fn i10_sqlite_does_what_the_model_does(sequential 1..60 => Sqlite);
}

prop_state_machine! {
    #![proptest_config(cases(16))]

    #[test]
    fn i10_postgres_does_what_the_model_does(sequential 1..60 => Postgres);
}
