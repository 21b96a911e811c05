"""hs-client --bench: as many handshakes as asked for, counted by the server as well."""

import json
import time

import pytest
from conftest import HERE, run
from ours import hs_server


@pytest.fixture(scope="module")
def server(pki):
    with hs_server(pki.servers["p256"], "--tls=1.2-1.3") as started:
        yield started


def bench(pki, server, *words, **more):
    return run("hs-client", f"--cacert={pki.root}", f"--connect-to={HERE}:{server.port}", *words,
               "localhost", **more)


def connected(server, since, number):
    """The server's events of that many connections, which it may still be counting."""
    end = time.monotonic() + 10
    while len(server.events("connected", since)) < number and time.monotonic() < end:
        time.sleep(0.02)
    return server.events("connected", since)


@pytest.mark.parametrize("wanted,at_once", [("1", 1), ("12", 1), ("40,4", 4), ("2,8", 2)])
def test_the_server_counts_as_many_and_the_first(pki, server, wanted, at_once):
    since = server.mark()
    told = json.loads(bench(pki, server, f"--bench={wanted}", "--json").stdout)
    counted, number = told["bench"], int(wanted.split(",")[0])
    assert (counted["handshakes"], counted["failed"], counted["at_once"]) == (number, 0, at_once)
    assert len(connected(server, since, number + 1)) == number + 1
    assert told["ok"] and told["version"] == "TLS 1.3" and counted["resumed"] == 0
    us = counted["handshake_us"]
    assert 0 < us["min"] <= us["median"] <= us["p90"] <= us["p99"] <= us["max"]
    assert us["max"] <= counted["time_us"]
    assert counted["per_second"] == pytest.approx(number / counted["time_us"] * 1e6)
    assert counted["bytes"]["rx"] > counted["bytes"]["tx"] > 100


def test_with_resume_all_but_the_first_resume(pki, server):
    since = server.mark()
    told = json.loads(bench(pki, server, "--bench=10,2", "--resume", "--tls=1.2", "--json").stdout)
    assert told["bench"]["resumed"] == 10 and not told["resumed"]
    assert [one["resumed"] for one in connected(server, since, 11)] == [False] + 10 * [True]


def test_as_text(pki, server):
    done = bench(pki, server, "--bench=5,2")
    for words in ("5, 2 at once", "0 failed", "in a second", "median", "TLS 1.3, TLS_"):
        assert words in done.stdout
    assert done.stderr == ""


def test_a_first_one_that_fails_is_told_and_the_only_one(pki, server):
    since = server.mark()
    done = run("hs-client", f"--cacert={pki.other_root}", f"--connect-to={HERE}:{server.port}",
               "--bench=50", "localhost", code=5)
    server.told("failed", since)
    assert done.stderr.count("error") == 1 and len(server.events("failed", since)) == 1


def test_failures_on_the_way_are_counted(pki):
    with hs_server(pki.servers["p256"], "--accept=6") as server:
        done = bench(pki, server, "--bench=10", "--json", code=3)
    told = json.loads(done.stdout)
    assert (told["bench"]["handshakes"], told["bench"]["failed"]) == (5, 5) and not told["ok"]
    assert "refused" in told["bench"]["error"]["text"]


@pytest.mark.parametrize("words", [["--bench=0"], ["--bench=x"], ["--bench=1,0"], ["--bench=1,2,3"],
                                   ["--bench=-1"], ["--bench=2000000"], ["--bench=1,1000"],
                                   ["--bench=1", "--http"], ["--bench=1", "--step"]])
def test_what_it_does_not_take(words):
    assert "--bench" in run("hs-client", *words, "localhost:1", code=2).stderr
