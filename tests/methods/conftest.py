import pytest

pytest.register_assert_rewrite("method_checks")
