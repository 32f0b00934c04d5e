"""What is wrong on purpose: processes killed, rivals, input that nobody should send."""

from tests.support.asynchronous import pytest_pyfunc_call as pytest_pyfunc_call
