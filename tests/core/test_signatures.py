import pytest

from wainwright.core.signatures import new_secret, sign, verified

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
MESSAGE = ("msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')


def test_the_published_vector_is_reproduced():
    assert sign(SECRET, *MESSAGE) == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_any_of_several_signatures_and_secrets_will_do():
    other = new_secret()
    both = f"{sign(other, *MESSAGE)} {sign(SECRET, *MESSAGE)}"
    assert verified([SECRET], *MESSAGE, both)
    assert verified([new_secret(), other], *MESSAGE, both)


@pytest.mark.parametrize("signatures", ["", "v1,", "v1,ÄÖ", "v2,abc", "v1a,abc"])
def test_nothing_else_verifies(signatures):
    assert not verified([SECRET], *MESSAGE, signatures)


def test_a_changed_id_time_or_body_does_not_verify():
    signature = sign(SECRET, *MESSAGE)
    message_id, timestamp, body = MESSAGE
    assert not verified([SECRET], message_id + "x", timestamp, body, signature)
    assert not verified([SECRET], message_id, timestamp + 1, body, signature)
    assert not verified([SECRET], message_id, timestamp, body + b" ", signature)


def test_a_secret_that_is_no_base64_is_refused():
    with pytest.raises(ValueError, match="whsec_"):
        sign("whsec_!!!", *MESSAGE)
