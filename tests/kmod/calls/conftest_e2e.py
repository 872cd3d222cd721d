"""tests/e2e/conftest.py under another name: pytest has a conftest of its own here."""
import importlib.util
import os

_path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "e2e", "conftest.py")
_spec = importlib.util.spec_from_file_location("conftest_of_e2e", _path)
_module = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_module)
globals().update({name: value for name, value in vars(_module).items() if not name.startswith("__")})
__all__ = [name for name in vars(_module) if not name.startswith("_")]
