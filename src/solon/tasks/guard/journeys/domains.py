"""Three procedures of support desks, written for Solon and checked by hand: mobile telephony, lending, orders."""

from solon.tasks.guard.journeys.graph import Graph
from solon.tasks.guard.journeys.writing import end, number, step, text, truth, use

# The procedure of a mobile telephone company

_TELECOM_FACTS = (
    text("phone", "the phone number", form="07# #### ###"),
    text("pin", "the service PIN", form="####"),
    text("wish", "the wish", "cancel", "new plan", "fault", "roaming"),
    text("plan", "the new plan", "small", "medium", "large"),
    text("slot", "the time of the visit", "morning", "afternoon", "evening"),
    text("country", "the country of travel", "Norway", "Japan", "Peru", "Kenya"),
    truth("accepts_fee", "the agreement to the fee"),
    truth("restarted", "whether the phone was restarted"),
    truth("accepts_price", "the agreement to the price"),
    truth("verified", "whether the customer is verified", "verify_customer"),
    text("contract", "the kind of contract", "prepaid", "monthly", source="read_contract"),
    number("months_left", "the months left", 0, 24, "read_contract"),
    number("arrears", "the arrears", 0, 500, "read_account"),
    truth("line_fine", "whether the line test passed", "test_line"),
    truth("outage", "whether there is an outage", "read_outages"),
    number("zone", "the roaming zone", 1, 3, "read_roaming"),
    number("price", "the price of a day pass", 2, 15, "read_roaming"),
)
_TELECOM_STEPS = (
    step(
        "identify",
        "Find out who is calling.",
        "not ctx.verified -> stranger",
        "ctx.verified -> wish",
        asks="phone pin",
        calls=("verify_customer(phone, pin)",),
    ),
    end("stranger", "refused", "Say that nothing can be done without the right PIN."),
    step(
        "wish",
        "Find out what the customer wants.",
        'ctx.wish == "cancel" -> cancel',
        'ctx.wish == "new plan" -> account',
        'ctx.wish == "fault" -> tests',
        'ctx.wish == "roaming" -> travel',
        asks="wish",
    ),
    step(
        "cancel",
        "Look at the contract.",
        'ctx.contract == "prepaid" or ctx.months_left == 0 -> close',
        'ctx.contract == "monthly" and ctx.months_left > 0 -> fee',
        calls=("read_contract(phone)",),
    ),
    end("close", "done", "Close the line.", "close_line(phone)", 'send_message(phone, about="closed")'),
    step(
        "fee",
        "Ask whether the customer pays the fee for the months left.",
        "ctx.accepts_fee -> charge",
        "not ctx.accepts_fee -> keep",
        asks="accepts_fee",
    ),
    end(
        "charge",
        "done",
        "Charge the fee and close the line.",
        "charge_fee(phone, months_left)",
        "close_line(phone)",
    ),
    end("keep", "refused", "Say that the contract goes on."),
    step(
        "account",
        "Look at the account.",
        "ctx.arrears >= 50 -> bill",
        "ctx.arrears < 50 -> plan",
        calls=("read_account(phone)",),
    ),
    end("bill", "refused", "Send the bill; no new plan before it is paid.", "send_bill(phone, arrears)"),
    end(
        "plan",
        "done",
        "Set the new plan and confirm it.",
        "set_plan(phone, plan)",
        'send_message(phone, about="plan")',
        asks="plan",
    ),
    step(
        "tests",
        "Test the line and look for outages; the order does not matter.",
        "ctx.outage -> wait",
        "not ctx.outage and ctx.line_fine -> restart",
        "not ctx.outage and not ctx.line_fine -> visit",
        calls=("test_line(phone)", "read_outages(phone)"),
        any_order=True,
    ),
    end("wait", "done", "Note down whom to tell when the outage is over.", "note_outage(phone)"),
    step(
        "restart",
        "Ask whether the phone was restarted.",
        "ctx.restarted -> visit",
        "not ctx.restarted -> guide",
        asks="restarted",
    ),
    end("guide", "done", "Send the guide for restarting.", 'send_message(phone, about="guide")'),
    end("visit", "done", "Book a technician.", "book_visit(phone, slot)", asks="slot"),
    step(
        "travel",
        "Look up the zone of the country.",
        "ctx.zone == 1 -> included",
        "ctx.zone > 1 and ctx.price <= 5 -> week",
        "ctx.zone > 1 and ctx.price > 5 -> price",
        asks="country",
        calls=("read_roaming(country)",),
    ),
    end("included", "done", "Say that roaming is included there."),
    end("week", "done", "Book the week pass.", 'book_pass(phone, country, length="week")'),
    step(
        "price",
        "Ask whether the customer agrees to the price of a day pass.",
        "ctx.accepts_price -> day",
        "not ctx.accepts_price -> blocked",
        asks="accepts_price",
    ),
    end("day", "done", "Book the day pass.", 'book_pass(phone, country, length="day")'),
    end("blocked", "refused", "Block roaming, so that no costs arise.", "block_roaming(phone)"),
)
_TELECOM_IDLE = (use("reset_pin(phone)"), use("delete_account(phone)"), use("give_discount(phone)"))
_TELECOM = Graph(
    "telecom",
    "the service desk of a mobile telephone company",
    "identify",
    _TELECOM_FACTS,
    _TELECOM_STEPS,
    _TELECOM_IDLE,
)


# The procedure of a bank for small loans

_LENDING_FACTS = (
    text("customer", "the customer number", form="C-#####"),
    text("birthday", "the date of birth", form="19##-0#-1#"),
    text("purpose", "the purpose", "car", "home", "business", "other"),
    number("amount", "the amount", 500, 50000),
    number("income", "the monthly income", 0, 9000),
    text("term", "the term", "one year", "three years", "five years"),
    truth("guarantor", "whether there is a guarantor"),
    text("company", "the company's register number", form="HR ######"),
    truth("consents", "the consent to the credit check"),
    truth("known", "whether the customer is known", "find_customer"),
    truth("open_default", "whether there is an open default", "find_customer"),
    number("score", "the credit score", 300, 850, "check_credit"),
    number("debt", "the debt elsewhere", 0, 60000, "read_debts"),
    truth("active", "whether the company is active", "read_register"),
    number("rate", "the rate in tenths of a percent", 20, 120, "quote_rate"),
)
_LENDING_STEPS = (
    step(
        "identify",
        "Find the customer.",
        "not ctx.known -> unknown",
        "ctx.known and ctx.open_default -> default",
        "ctx.known and not ctx.open_default -> request",
        asks="customer birthday",
        calls=("find_customer(customer, birthday)",),
    ),
    end("unknown", "refused", "Say that the branch must open an account first."),
    end("default", "handed over", "Hand the case to collections.", 'open_case(customer, team="collections")'),
    step(
        "request",
        "Find out for what, and how much, the customer wants to borrow.",
        'ctx.purpose == "business" -> company',
        'ctx.purpose != "business" and ctx.amount <= 1000 -> small',
        'ctx.purpose != "business" and ctx.amount > 1000 -> consent',
        asks="purpose amount",
    ),
    step(
        "company",
        "Look the company up.",
        "ctx.active and ctx.amount <= 25000 -> consent",
        "ctx.active and ctx.amount > 25000 -> banker",
        "not ctx.active -> inactive",
        asks="company",
        calls=("read_register(company)",),
    ),
    end("banker", "handed over", "Hand over to the business banker.", 'open_case(customer, team="business")'),
    end("inactive", "refused", "Say that only active companies can borrow."),
    end("small", "done", "Grant the small loan.", "grant_small_loan(customer, amount)"),
    step(
        "consent",
        "Ask for the consent to a credit check.",
        "ctx.consents -> credit",
        "not ctx.consents -> no_consent",
        asks="consents",
    ),
    end("no_consent", "refused", "Say that there is no loan without the check."),
    step(
        "credit",
        "Check credit and debts; the order does not matter.",
        "ctx.score < 500 -> decline",
        "ctx.score >= 500 and ctx.score < 650 -> guarantor",
        "ctx.score >= 650 and ctx.debt > 30000 -> guarantor",
        "ctx.score >= 650 and ctx.debt <= 30000 -> quote",
        calls=("check_credit(customer)", "read_debts(customer)"),
        any_order=True,
    ),
    end("decline", "refused", "Decline in writing.", 'send_letter(customer, letter="declined")'),
    step(
        "guarantor",
        "Ask for a guarantor.",
        "ctx.guarantor -> quote",
        "not ctx.guarantor -> decline",
        asks="guarantor",
    ),
    step(
        "quote",
        "Quote a rate for the term.",
        "ctx.income >= 2500 and ctx.rate <= 60 -> grant",
        "ctx.income >= 2500 and ctx.rate > 60 -> review",
        "ctx.income < 2500 -> review",
        asks="term income",
        calls=("quote_rate(customer, amount, term)",),
    ),
    end(
        "grant",
        "done",
        "Grant the loan and send the contract.",
        "grant_loan(customer, amount, term, rate)",
        'send_letter(customer, letter="contract")',
    ),
    end("review", "handed over", "Ask a colleague to review.", 'open_case(customer, team="review")'),
)
_LENDING_IDLE = (use("raise_limit(customer)"), use("waive_check(customer)"), use("close_account(customer)"))
_LENDING = Graph("lending", "a bank's desk for loans", "identify", _LENDING_FACTS, _LENDING_STEPS, _LENDING_IDLE)


# The procedure of a web shop

_ORDERS_FACTS = (
    text("order", "the order number", form="A######"),
    text("email", "the e-mail address", form="user###@example.org"),
    text("wish", "the wish", "return", "exchange", "track", "cancel"),
    text("reason", "the reason", "broken", "wrong item", "changed mind"),
    text("size", "the new size", "S", "M", "L", "XL"),
    truth("opened", "whether the parcel was opened"),
    truth("voucher", "whether a voucher is fine"),
    text("picture", "the number of the picture", form="IMG####"),
    text("status", "the state of the order", "open", "packed", "sent", "delivered", source="find_order"),
    number("total", "the total", 5, 900, "find_order"),
    number("days", "the days since delivery", 0, 90, "read_delivery"),
    text("carrier", "the carrier", "post", "courier", source="read_delivery"),
    number("stock", "the pieces in stock", 0, 20, "read_stock"),
)
_ORDERS_STEPS = (
    step(
        "find",
        "Find the order and the wish.",
        'ctx.wish == "track" -> track',
        'ctx.wish == "cancel" -> cancel',
        'ctx.wish in {"return", "exchange"} and ctx.status == "delivered" -> delivery',
        'ctx.wish in {"return", "exchange"} and ctx.status != "delivered" -> early',
        asks="order email wish",
        calls=("find_order(order, email)",),
    ),
    step(
        "track",
        "Say where the parcel is.",
        'ctx.status in {"open", "packed"} -> not_sent',
        'ctx.status in {"sent", "delivered"} -> sent',
    ),
    end("not_sent", "done", "Promise a message when it is sent.", "note_message(order, email)"),
    end("sent", "done", "Send the link of the carrier.", "send_link(order, email)"),
    step(
        "cancel",
        "See how far the order is.",
        'ctx.status == "open" -> cancel_order',
        'ctx.status == "packed" -> stop',
        'ctx.status in {"sent", "delivered"} -> too_late',
    ),
    end("cancel_order", "done", "Cancel and refund.", "cancel_order(order)", "refund(order, total)"),
    end("stop", "handed over", "Ask the warehouse to stop it.", 'open_case(order, team="warehouse")'),
    end("too_late", "refused", "Say that it can be returned after delivery."),
    end("early", "refused", "Say that returns start with the delivery."),
    step(
        "delivery",
        "Look at the delivery and ask for the reason.",
        "ctx.days > 30 -> late",
        'ctx.days <= 30 and ctx.reason == "broken" -> broken',
        'ctx.days <= 30 and ctx.reason != "broken" and ctx.wish == "exchange" -> stock',
        'ctx.days <= 30 and ctx.reason != "broken" and ctx.wish != "exchange" -> return',
        asks="reason",
        calls=("read_delivery(order)",),
    ),
    end("late", "refused", "Say that the thirty days are over."),
    step(
        "broken",
        "Ask for a picture of the damage.",
        'ctx.carrier == "courier" or ctx.total > 200 -> claim',
        'ctx.carrier == "post" and ctx.total <= 200 -> replace',
        asks="picture",
    ),
    end("claim", "handed over", "Open a claim.", "open_claim(order, picture)", 'open_case(order, team="claims")'),
    end("replace", "done", "Send a new one.", "attach_picture(order, picture)", "send_replacement(order)"),
    step(
        "stock",
        "Look whether the size is there.",
        "ctx.stock > 0 -> exchange",
        "ctx.stock == 0 -> voucher",
        asks="size",
        calls=("read_stock(order, size)",),
    ),
    end("exchange", "done", "Exchange it.", "exchange_item(order, size)", "send_label(order, email)"),
    step(
        "voucher",
        "Offer a voucher in its place.",
        "ctx.voucher -> give_voucher",
        "not ctx.voucher -> return",
        asks="voucher",
    ),
    end("give_voucher", "done", "Send the voucher.", "send_voucher(email, total)", "send_label(order, email)"),
    step(
        "return",
        "Ask whether the parcel was opened.",
        'not ctx.opened or ctx.reason == "wrong item" -> refund',
        'ctx.opened and ctx.reason != "wrong item" -> part_refund',
        asks="opened",
    ),
    end("refund", "done", "Take it back for the full price.", "send_label(order, email)", "refund(order, total)"),
    end(
        "part_refund",
        "done",
        "Take it back for a voucher.",
        "send_label(order, email)",
        "send_voucher(email, total)",
    ),
)
_ORDERS_IDLE = (use("change_price(order)"), use("give_points(email)"), use("delete_customer(email)"))
_ORDERS = Graph("orders", "a web shop's desk for orders", "find", _ORDERS_FACTS, _ORDERS_STEPS, _ORDERS_IDLE)

_DOMAINS = {"telecom": _TELECOM, "lending": _LENDING, "orders": _ORDERS}
DOMAINS = tuple(_DOMAINS)


def domain(name: str) -> Graph:
    """Return a procedure by its name. Raises ValueError."""
    if name not in _DOMAINS:
        raise ValueError(f"no domain {name!r}; choose one of {', '.join(DOMAINS)}")
    return _DOMAINS[name]
