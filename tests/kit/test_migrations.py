"""The steps lead to the tables that the stores declare."""

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from streamhub.migrations import config_of, head, is_current, migrate, revision_of
from streamhub.migrations.tables import metadata


def test_the_steps_lead_to_the_tables_of_the_stores(tmp_path):
    database = tmp_path / "streamhub.db"

    migrate(database)

    engine = sa.create_engine(f"sqlite:///{database}", poolclass=sa.NullPool)
    ours = sa.MetaData()
    for table in metadata.sorted_tables:
        if table.info.get("of") != "tests":
            table.to_metadata(ours)
    with engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), ours)
    assert [d for d in differences if "test_words" not in repr(d)] == []
    assert is_current(database)


def test_a_new_folder_is_not_at_the_newest_schema_and_a_second_run_changes_nothing(tmp_path):
    database = tmp_path / "streamhub.db"
    assert not is_current(database)

    migrate(database)
    migrate(database)

    assert is_current(database)
    assert revision_of(database) == head()


def test_a_step_that_fails_leaves_nothing_of_itself_or_of_those_before_it(tmp_path):
    database = tmp_path / "streamhub.db"
    engine = sa.create_engine(f"sqlite:///{database}", poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE platform_samples (in_the_way)")

    with pytest.raises(sa.exc.OperationalError, match="already exists"):
        migrate(database)

    assert sa.inspect(engine).get_table_names() == ["platform_samples"]


def test_the_schema_is_in_the_file_itself_before_anybody_writes(tmp_path):
    database = tmp_path / "streamhub.db"

    migrate(database)

    wal = tmp_path / "streamhub.db-wal"
    assert not wal.exists() or wal.stat().st_size == 0


def test_seat_numbers_given_before_they_were_written_down_are_not_given_again(tmp_path):
    database = tmp_path / "streamhub.db"
    command.upgrade(config_of(database), "0017")
    engine = sa.create_engine(f"sqlite:///{database}", poolclass=sa.NullPool)
    row = {"id": "p_1", "delegation": "BJ", "role": "delegate", "label": "", "speak": False, "created_at": 0}
    with engine.begin() as connection:
        for number in (2, 7, 3):
            seat = {"id": f"p_{number}", "seat_prefix": "BJ", "seat_number": number}
            connection.execute(metadata.tables["participants"].insert(), row | seat)

    migrate(database)

    with engine.connect() as connection:
        assert connection.execute(metadata.tables["seats_given"].select()).all() == [("BJ", 7)]
