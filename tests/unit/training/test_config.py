"""Training settings: defaults, a file, single values, and what no run could use."""

from pathlib import Path

import pytest

from model.training.config import TrainingConfig, TrainingConfigError, read_config, write_config


def config_file(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "train.toml"
    path.write_text(text)
    return path


def test_without_a_file_the_defaults_are_used() -> None:
    assert read_config(None) == TrainingConfig()


def test_single_values_go_before_the_file_and_the_file_before_the_defaults(tmp_path: Path) -> None:
    path = config_file(tmp_path, 'minutes = 5\nbatch_size = 4\nprecision = "float32"\n[source_shares]\nbccd = 0.25\n')
    config = read_config(path, minutes=7.5, crop_px=None)

    assert (config.minutes, config.batch_size, config.precision) == (7.5, 4, "float32")
    assert config.source_shares == (("bccd", 0.25),)
    assert config.crop_px == TrainingConfig().crop_px


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("minuets = 5", "unknown training setting minuets; known: .*minutes"),
        ("minutes = 0", "minutes is 0"),
        ("minutes = nan", "minutes is nan"),
        ("batch_size = -1", "batch_size is -1"),
        ("learning_rate = 0.0", "learning_rate is 0.0"),
        ("crop_px = 100", "crop_px is 100; it must be a multiple of 32"),
        ("crop_px = 0", "crop_px is 0"),
        ("warmup_steps = 0", "warmup_steps is 0"),
        ("fields_per_epoch = 4\nbatch_size = 8", "fields_per_epoch is 4; an epoch needs a batch of 8"),
        ('minutes = "ten"', "minutes is 'ten'"),
        ("batch_size = 2.5", "batch_size is 2.5"),
        ("batch_size = true", "batch_size is True"),
        ("precision = 16", "precision is 16"),
        ('precision = "half"', "precision is 'half'; choose of auto, float32, bfloat16"),
        ("source_shares = 3", "source_shares is 3"),
        ("minutes = [", "train.toml is no TOML file"),
        ("\x00", "train.toml is no TOML file"),
    ],
)
def test_a_setting_no_run_could_use_is_named_with_its_value(text: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(TrainingConfigError, match=words):
        read_config(config_file(tmp_path, text))


def test_single_values_are_checked_like_those_of_a_file() -> None:
    with pytest.raises(TrainingConfigError, match="crop_px is 33"):
        read_config(None, crop_px=33)


def test_a_missing_file_of_settings_is_named(tmp_path: Path) -> None:
    with pytest.raises(TrainingConfigError, match=r"config.toml cannot be read \(No such file"):
        read_config(tmp_path / "config.toml")


def test_settings_that_were_written_are_read_again(tmp_path: Path) -> None:
    config = TrainingConfig(
        minutes=3.5, precision="float32", left_out=("pbc", "chula"), source_shares=(("a b", 0.5),),
        mosaic_share=0.4, name_loss_weight=2.5, names_left_out=("bccd",),
    )  # fmt: skip
    write_config(tmp_path / "config.toml", config)

    assert read_config(tmp_path / "config.toml") == config
