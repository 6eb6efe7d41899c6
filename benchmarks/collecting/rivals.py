"""Two servers to compare with: one that does nothing, and one as most would write it.

python benchmarks/collecting/rivals.py no-op PORT
python benchmarks/collecting/rivals.py fastapi-sqlalchemy PORT DATABASE_URL
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from typing import Any

import uvicorn
from fastapi import Depends, FastAPI
from sqlalchemy import Text, create_engine, event
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from unisono.service import SERVER


def no_op() -> Starlette:
    """The same server, with a handler that reads the body and does nothing with it."""

    async def nothing(request: Request) -> Response:
        await request.body()
        return Response(b'{"success":true}', media_type="application/json")

    return Starlette(routes=[Route(path, nothing, methods=["POST"]) for path in ("/v1/track", "/v1/batch")])


class Base(DeclarativeBase):
    """SQLAlchemy's registry."""


class Event(Base):
    """One event."""

    __tablename__ = "plain_event"

    message_id: Mapped[str] = mapped_column(Text, primary_key=True)
    received_at: Mapped[datetime]
    body: Mapped[str] = mapped_column(Text)


def plain(url: str) -> FastAPI:
    """FastAPI with SQLAlchemy: each request inserts its events and commits, synchronised to disk."""
    engine = create_engine(url)
    if url.startswith("sqlite"):

        @event.listens_for(engine, "connect")
        def durable(connection: Any, _: object) -> None:
            for pragma in ("journal_mode = wal", "synchronous = full", "busy_timeout = 30000"):
                connection.execute(f"pragma {pragma}")

    Base.metadata.create_all(engine)
    sessions = sessionmaker(engine)
    app = FastAPI()

    def session() -> Any:
        with sessions() as opened:
            yield opened

    def row(said: dict[str, Any]) -> Event:
        now = datetime.now(UTC).replace(tzinfo=None)
        return Event(message_id=said["messageId"], received_at=now, body=json.dumps(said))

    @app.post("/v1/track")
    def track(said: dict[str, Any], session: Session = Depends(session)) -> dict[str, bool]:  # noqa: B008
        session.add(row(said))
        session.commit()
        return {"success": True}

    @app.post("/v1/batch")
    def batch(said: dict[str, Any], session: Session = Depends(session)) -> dict[str, bool]:  # noqa: B008
        session.add_all(map(row, said["batch"]))
        session.commit()
        return {"success": True}

    return app


if __name__ == "__main__":
    kind, port, *rest = sys.argv[1:]
    app = no_op() if kind == "no-op" else plain(*rest)
    uvicorn.run(app, host="127.0.0.1", port=int(port), **SERVER)
