"""Who gets what: every route of the product, and everybody who may call at it.

The table is the promise, told of what Ada has at Cleo's business; it is asked of everything at
every business, with the people changed as they then stand to it.

    ann   owns the account                       ada   the buyer, signed in to Cleo's hub
    cleo  client user of Cleo's business         eve   another buyer there
    carl  client user of another business; the   bob   a buyer at another business
          owner of another account gets the same none  nobody: without any cookie
    move  the same id below another business's address, by a buyer there (who has no session
          there is led to the door, where there is one)

    page, file  he is shown it                   done  it was done, or he is led on
    key         he is shown it, for whoever      bad   he is told what is wrong with what he sent
                knows this address is meant to   404   there is no such thing: whosever it is
    gate, door  he is led to the staff's login,  410   it is used up
                to the buyers' door              out   he is signed out
                                                 -     there is nothing to move

What is asked in a way that has no row must answer 405 to everybody.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

TABLE = """
                                                            ann  cleo carl ada  eve  bob  none move

GET  /                                                      page page page page page page page -
GET  health/                                                file file file file file file file -
POST health/                                                file file file file file file file -

GET  updateinfo/                                            page page page page page page page -
POST updateinfo/                                            done done done done done done done -
GET  updateinfo/sent/<asked>/                               page page page page page page page page
POST updateinfo/sent/<asked>/                               bad  bad  bad  bad  bad  bad  bad  bad
GET  l/<token>/                                             page page page page page page page 410
POST l/<token>/                                             bad  bad  bad  bad  bad  bad  bad  410
GET  l/<token>                                              page page page page page page page 410
POST l/<token>                                              bad  bad  bad  bad  bad  bad  bad  410

GET  hub/                                                   door door door page page door door -
POST hub/signout/                                           door door door out  out  door door -
GET  hub/subscriptions/<public_id>/                         door door door page 404  door door 404
GET  hub/subscriptions/<public_id>/cancellation/            door door door page 404  door door 404
POST hub/subscriptions/<public_id>/cancellation/            door door door done 404  door door 404
POST hub/subscriptions/<public_id>/cancellation/undo/       door door door done 404  door door 404
GET  hub/subscriptions/<public_id>/plan/                    door door door page 404  door door 404
POST hub/subscriptions/<public_id>/plan/                    door door door done 404  door door 404
POST hub/subscriptions/<public_id>/plan/keep/               door door door done 404  door door 404
GET  hub/subscriptions/<public_id>/plan/return/             door door door done 404  door door 404
GET  hub/subscriptions/<public_id>/day/                     door door door page 404  door door 404
POST hub/subscriptions/<public_id>/day/                     door door door page 404  door door 404
GET  hub/subscriptions/<public_id>/pause/                   door door door page 404  door door 404
POST hub/subscriptions/<public_id>/pause/                   door door door done 404  door door 404
GET  hub/subscriptions/<public_id>/resume/                  door door door page 404  door door 404
POST hub/subscriptions/<public_id>/resume/                  door door door done 404  door door 404
GET  hub/subscriptions/<public_id>/back/                    door door door page 404  door door 404
POST hub/subscriptions/<public_id>/back/                    door door door done 404  door door 404
POST hub/subscriptions/<public_id>/method/                  door door door done 404  door door 404
GET  hub/subscriptions/<public_id>/method/return/<payment>/ door door door done 404  door door 404
GET  hub/subscriptions/<public_id>/payment/                 door door door done 404  door door 404
POST hub/subscriptions/<public_id>/payment/                 door door door done 404  door door 404
GET  hub/subscriptions/<public_id>/payment/terms/           door door door done 404  door door 404
POST hub/subscriptions/<public_id>/payment/terms/           door door door done 404  door door 404
GET  hub/subscriptions/<public_id>/payment/return/          door door door done 404  door door 404
GET  hub/documents/                                         door door door page page door door -
GET  hub/documents/<public_id>/                             door door door page 404  door door 404
GET  hub/documents/<public_id>/pdf/                         door door door file 404  door door 404

GET  cancel/                                                page page page page page page page -
POST cancel/                                                done done done done done done done -
GET  cancel/<public_id>/                                    key  key  key  key  key  key  key  404
GET  cancel/<public_id>/file/                               key  key  key  key  key  key  key  404
GET  withdraw/                                              page page page page page page page -
POST withdraw/                                              page page page page page page page -
POST withdraw/confirmation/                                 done done done done done done done -
GET  withdraw/<public_id>/                                  key  key  key  key  key  key  key  404
GET  withdraw/<public_id>/file/                             key  key  key  key  key  key  key  404
GET  privacy/                                               page page page page page page page -
GET  imprint/                                               page page page page page page page -

GET  files/accent.css                                       file file file file file file file -
GET  files/logo/                                            404  404  404  404  404  404  404  -
POST hooks/<connection_id>/                                 bad  bad  bad  bad  bad  bad  bad  404

GET  _mail/                                                 404  404  404  404  404  404  404  -
GET  _mail/<name>/                                          404  404  404  404  404  404  404  -
GET  _mail/<name>/html/                                     404  404  404  404  404  404  404  -
GET  _mail/<name>/<number>/                                 404  404  404  404  404  404  404  -

GET  checkout/<slug>/                                       page page page page page page page 404
POST checkout/<slug>/                                       done done done done done done done 404
GET  checkout/<slug>/return/<payment_id>/                   done done done done done done done 404
GET  checkout/thanks/<order_id>/                            page page page page page page page 404

GET  testgateway/                                           page page page page page page page -
GET  testgateway/pay/<ref>                                  key  key  key  key  key  key  key  -
POST testgateway/pay/<ref>                                  bad  bad  bad  bad  bad  bad  bad  -
GET  testgateway/pay/<ref>/bank                             done done done done done done done -
POST testgateway/pay/<ref>/bank                             done done done done done done done -

GET  dashboard/                                             page page page gate gate gate gate -
GET  dashboard/you/                                         page page page gate gate gate gate -
POST dashboard/you/sessions/end/                            done done done gate gate gate gate -
POST dashboard/you/sessions/<session_id>/end/               404  404  404  gate gate gate gate -
GET  dashboard/places/                                      page page page gate gate gate gate -
POST dashboard/places/                                      404  404  404  gate gate gate gate -
POST dashboard/mode/                                        done done done gate gate gate gate -
GET  dashboard/search/                                      page page page gate gate gate gate -
GET  dashboard/products/                                    page page page gate gate gate gate -
GET  dashboard/products/new/                                page page page gate gate gate gate -
POST dashboard/products/new/                                done done done gate gate gate gate -
GET  dashboard/products/<product_id>/                       page page 404  gate gate gate gate -
POST dashboard/products/<product_id>/                       done done 404  gate gate gate gate -
GET  dashboard/products/<product_id>/collecting/            page 404  404  gate gate gate gate -
POST dashboard/products/<product_id>/collecting/            done 404  404  gate gate gate gate -
POST dashboard/products/<product_id>/collecting/drop/       done 404  404  gate gate gate gate -
POST dashboard/products/<product_id>/mode/                  done done 404  gate gate gate gate -
POST dashboard/products/<product_id>/archive/               done done 404  gate gate gate gate -
GET  dashboard/products/<product_id>/prices/new/            page page 404  gate gate gate gate -
POST dashboard/products/<product_id>/prices/new/            done done 404  gate gate gate gate -
GET  dashboard/products/<product_id>/reminders/             page 404  404  gate gate gate gate -
POST dashboard/products/<product_id>/reminders/             done 404  404  gate gate gate gate -
POST dashboard/products/<product_id>/reminders/drop/        done 404  404  gate gate gate gate -
GET  dashboard/prices/<price_id>/replace/                   page page 404  gate gate gate gate -
POST dashboard/prices/<price_id>/replace/                   done done 404  gate gate gate gate -
POST dashboard/prices/<price_id>/archive/                   done done 404  gate gate gate gate -
POST dashboard/prices/<price_id>/prefer/                    done done 404  gate gate gate gate -
GET  dashboard/transactions/                                page page page gate gate gate gate -
GET  dashboard/transactions/csv/                            file file file gate gate gate gate -
GET  dashboard/orders/<order_id>/                           page page 404  gate gate gate gate -
GET  dashboard/payments/<payment_id>/refund/                page page 404  gate gate gate gate -
POST dashboard/payments/<payment_id>/refund/                done done 404  gate gate gate gate -
GET  dashboard/subscriptions/                               page page page gate gate gate gate -
GET  dashboard/subscriptions/csv/                           file file file gate gate gate gate -
GET  dashboard/subscriptions/<subscription_id>/             page page 404  gate gate gate gate -
GET  dashboard/subscriptions/acts/csv/                      file file file gate gate gate gate -
GET  dashboard/subscriptions/<subscription_id>/plan/        page page 404  gate gate gate gate -
POST dashboard/subscriptions/<subscription_id>/plan/        done done 404  gate gate gate gate -
POST dashboard/subscriptions/<subscription_id>/plan/keep/   done done 404  gate gate gate gate -
GET  dashboard/subscriptions/<subscription_id>/back/        page page 404  gate gate gate gate -
POST dashboard/subscriptions/<subscription_id>/back/        done done 404  gate gate gate gate -
GET  dashboard/subscriptions/<subscription_id>/day/         page page 404  gate gate gate gate -
POST dashboard/subscriptions/<subscription_id>/day/         page page 404  gate gate gate gate -
GET  dashboard/subscriptions/<subscription_id>/pause/       page page 404  gate gate gate gate -
POST dashboard/subscriptions/<subscription_id>/pause/       done done 404  gate gate gate gate -
POST dashboard/subscriptions/<subscription_id>/resume/      done done 404  gate gate gate gate -
GET  dashboard/subscriptions/<subscription_id>/cancel/      page page 404  gate gate gate gate -
POST dashboard/subscriptions/<subscription_id>/cancel/      done done 404  gate gate gate gate -
POST dashboard/subscriptions/<subscription_id>/cancel/undo/ done done 404  gate gate gate gate -
GET  dashboard/customers/                                   page page page gate gate gate gate -
GET  dashboard/customers/csv/                               file file file gate gate gate gate -
GET  dashboard/customers/<customer_id>/                     page page 404  gate gate gate gate -
GET  dashboard/customers/<customer_id>/hub-link/            page page 404  gate gate gate gate -
POST dashboard/customers/<customer_id>/hub-link/            done done 404  gate gate gate gate -
GET  dashboard/documents/                                   page page page gate gate gate gate -
GET  dashboard/documents/year/                              file file file gate gate gate gate -
GET  dashboard/documents/<document_id>/pdf/                 file file 404  gate gate gate gate -
GET  dashboard/statements/                                  page 404  404  gate gate gate gate -
GET  dashboard/statements/<statement_id>/                   page 404  404  gate gate gate gate -
POST dashboard/statements/<statement_id>/                   done 404  404  gate gate gate gate -
POST dashboard/statements/<statement_id>/reopen/            done 404  404  gate gate gate gate -
GET  dashboard/decisions/                                   page 404  404  gate gate gate gate -
POST dashboard/decisions/<hold_id>/                         done 404  404  gate gate gate gate -
GET  dashboard/differences/                                 page 404  404  gate gate gate gate -
GET  dashboard/differences/<difference_id>/                 page 404  404  gate gate gate gate -
POST dashboard/differences/<difference_id>/                 done 404  404  gate gate gate gate -
GET  dashboard/restored/                                    page 404  404  gate gate gate gate -
POST dashboard/restored/resume/                             done 404  404  gate gate gate gate -
GET  dashboard/businesses/                                  page 404  404  gate gate gate gate -
GET  dashboard/businesses/new/                              page 404  404  gate gate gate gate -
POST dashboard/businesses/new/                              done 404  404  gate gate gate gate -
GET  dashboard/team/                                        page 404  404  gate gate gate gate -
GET  dashboard/team/invite/                                 page 404  404  gate gate gate gate -
POST dashboard/team/invite/                                 page 404  404  gate gate gate gate -
GET  dashboard/team/<member_id>/remove/                     page 404  404  gate gate gate gate -
POST dashboard/team/<member_id>/remove/                     done 404  404  gate gate gate gate -
POST dashboard/team/<member_id>/sign-out/                   done 404  404  gate gate gate gate -
GET  dashboard/reminders/                                   page 404  404  gate gate gate gate -
POST dashboard/reminders/                                   done 404  404  gate gate gate gate -
GET  dashboard/collecting/                                  page 404  404  gate gate gate gate -
POST dashboard/collecting/                                  done 404  404  gate gate gate gate -
GET  dashboard/settings/                                    done 404  404  gate gate gate gate -
GET  dashboard/settings/<business_id>/                      page 404  404  gate gate gate gate -
POST dashboard/settings/<business_id>/                      done 404  404  gate gate gate gate -
GET  dashboard/settings/<business_id>/hub/                  page 404  404  gate gate gate gate -
POST dashboard/settings/<business_id>/hub/                  done 404  404  gate gate gate gate -
POST dashboard/settings/<business_id>/logo/                 done 404  404  gate gate gate gate -
GET  dashboard/settings/<business_id>/documents/            page 404  404  gate gate gate gate -
POST dashboard/settings/<business_id>/documents/            done 404  404  gate gate gate gate -
GET  dashboard/settings/<business_id>/payments/             page 404  404  gate gate gate gate -
POST dashboard/settings/<business_id>/payments/             done 404  404  gate gate gate gate -
GET  dashboard/connections/<connection_id>/secret/          page 404  404  gate gate gate gate -
POST dashboard/connections/<connection_id>/secret/          done 404  404  gate gate gate gate -
GET  dashboard/settings/<business_id>/address/              page 404  404  gate gate gate gate -
GET  dashboard/settings/<business_id>/address/code.<kind>   file 404  404  gate gate gate gate -

GET  accounts/login/                                        done done done page page page page -
POST accounts/login/                                        done done done page page page page -
GET  accounts/logout/                                       page page page gate gate gate gate -
POST accounts/logout/                                       out  out  out  gate gate gate gate -
GET  accounts/inactive/                                     page page page page page page page -
GET  accounts/signup/                                       done done done page page page page -
POST accounts/signup/                                       done done done page page page page -
GET  accounts/reauthenticate/                               page page page gate gate gate gate -
POST accounts/reauthenticate/                               page page page gate gate gate gate -
GET  accounts/password/change/                              page page page gate gate gate gate -
POST accounts/password/change/                              page page page gate gate gate gate -
GET  accounts/password/set/                                 done done done gate gate gate gate -
POST accounts/password/set/                                 done done done gate gate gate gate -
GET  accounts/password/reset/                               page page page page page page page -
POST accounts/password/reset/                               done done done done done done done -
GET  accounts/password/reset/done/                          page page page page page page page -
GET  accounts/password/reset/key/<uidb36>-<key>/            page page page page page page page -
POST accounts/password/reset/key/<uidb36>-<key>/            page page page page page page page -
GET  accounts/password/reset/key/done/                      page page page page page page page -
GET  accounts/2fa/                                          done done done done done done done -
POST accounts/2fa/                                          done done done done done done done -
GET  accounts/2fa/authenticate/                             done done done gate gate gate gate -
POST accounts/2fa/authenticate/                             done done done gate gate gate gate -
GET  accounts/2fa/reauthenticate/                           done done done gate gate gate gate -
POST accounts/2fa/reauthenticate/                           done done done gate gate gate gate -
GET  accounts/2fa/webauthn/                                 done done done done done done done -
POST accounts/2fa/webauthn/                                 done done done done done done done -
GET  accounts/2fa/webauthn/login/                           done done done gate gate gate gate -
POST accounts/2fa/webauthn/login/                           done done done gate gate gate gate -
GET  accounts/2fa/webauthn/add/                             done done done gate gate gate gate -
POST accounts/2fa/webauthn/add/                             done done done gate gate gate gate -
GET  accounts/2fa/webauthn/reauthenticate/                  done done done gate gate gate gate -
POST accounts/2fa/webauthn/reauthenticate/                  done done done gate gate gate gate -
GET  accounts/2fa/webauthn/keys/<pk>/remove/                done done done gate gate gate gate -
POST accounts/2fa/webauthn/keys/<pk>/remove/                done done done gate gate gate gate -
GET  accounts/2fa/webauthn/keys/<pk>/edit/                  done done done gate gate gate gate -
POST accounts/2fa/webauthn/keys/<pk>/edit/                  done done done gate gate gate gate -
GET  accounts/2fa/totp/activate/                            done done done gate gate gate gate -
POST accounts/2fa/totp/activate/                            done done done gate gate gate gate -
GET  accounts/2fa/totp/deactivate/                          404  404  404  gate gate gate gate -
POST accounts/2fa/totp/deactivate/                          404  404  404  gate gate gate gate -
GET  accounts/2fa/recovery-codes/                           404  404  404  gate gate gate gate -
POST accounts/2fa/recovery-codes/                           405  405  405  gate gate gate gate -
GET  accounts/2fa/recovery-codes/generate/                  done done done gate gate gate gate -
POST accounts/2fa/recovery-codes/generate/                  done done done gate gate gate gate -
GET  accounts/2fa/recovery-codes/download/                  404  404  404  gate gate gate gate -
POST accounts/2fa/recovery-codes/download/                  404  404  404  gate gate gate gate -
"""

COLUMNS = "ann cleo carl ada eve bob none move".split()
WALLS = ("gate", "door", "404", "405", "410")
OPEN = ("page", "file", "done")
SAME_AS = {"key": ("page", "file"), "out": ("gate", "door")}


@dataclass(frozen=True)
class Row:
    """One way to ask at one route, and what it tells each of the columns."""

    method: str
    route: str
    told: dict[str, str]

    @property
    def names(self) -> list[str]:
        return re.findall(r"<(\w+)>", self.route)

    @property
    def of_staff(self) -> bool:
        return self.route.startswith(("dashboard/", "accounts/"))


def rows() -> list[Row]:
    """The table, line by line."""
    lines = [line.split() for line in TABLE.strip().splitlines()[1:] if line.strip()]
    return [
        Row(method, route, dict(zip(COLUMNS, told, strict=True))) for method, route, *told in lines
    ]


def refused_rows(table: Sequence[Row]) -> list[Row]:
    """For each route the methods that no row of it allows."""
    known = {(row.method, row.route) for row in table}
    return [
        Row(method, route, {})
        for route in sorted({row.route for row in table})
        for method in ("GET", "POST")
        if (method, route) not in known
    ]
