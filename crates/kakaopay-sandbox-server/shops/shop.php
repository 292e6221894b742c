<?php
// A one-page shop on PHP 8 with curl and without dependencies: it creates orders, is paid by KakaoPay, and ships
// each paid order once. It is an example for reading and for tests with the sandbox; its orders are files.
//
//   OMISE_URL=http://127.0.0.1:4000 OMISE_SECRET_KEY=skey_test_… OMISE_WEBHOOK_SECRET=… \
//     php -S 127.0.0.1:8080 shop.php
//
// A real shop also needs to store an order before it requests the charge, and to search for the charge by its
// metadata when the response is lost.
declare(strict_types=1);

const AMOUNT = 150000; // THB 1,500.00 in satang
const CURRENCY = 'THB';
const TOLERANCE_SECONDS = 300;

function setting(string $name, ?string $otherwise = null): string
{
    $value = getenv($name) ?: $otherwise;
    return $value ?? throw new RuntimeException("$name is needed");
}

function omise(string $method, string $path, ?array $parameters = null): array
{
    $call = curl_init(setting('OMISE_URL', 'https://api.omise.co') . $path);
    curl_setopt_array($call, [
        CURLOPT_CUSTOMREQUEST => $method,
        CURLOPT_USERPWD => setting('OMISE_SECRET_KEY') . ':',
        CURLOPT_RETURNTRANSFER => true,
    ]);
    if ($parameters !== null) {
        curl_setopt($call, CURLOPT_POSTFIELDS, http_build_query($parameters));
    }
    $text = curl_exec($call);
    if ($text === false) {
        throw new RuntimeException(curl_error($call));
    }
    $object = json_decode($text, true, flags: JSON_THROW_ON_ERROR);
    if ($object['object'] === 'error') {
        throw new RuntimeException("{$object['code']}: {$object['message']}");
    }
    return $object;
}

/** An order's file holds its charge; the file beside it exists once the order is shipped. */
function file_of(string $order): string
{
    return setting('SHOP_FOLDER', sys_get_temp_dir()) . "/order-$order";
}

function is_known(string $order): bool
{
    return ctype_digit($order) && is_file(file_of($order));
}

/** The charge's metadata has the order number, so that either leads to the other. */
function buy(): string
{
    $order = (string) random_int(1, PHP_INT_MAX);
    $charge = omise('POST', '/charges', [
        'amount' => AMOUNT,
        'currency' => CURRENCY,
        'return_uri' => "http://{$_SERVER['HTTP_HOST']}/orders/$order",
        'source' => ['type' => 'kakaopay'],
        'metadata' => ['order' => $order],
    ]);
    file_put_contents(file_of($order), $charge['id']);
    return $charge['authorize_uri'];
}

/** The buyer may try again only once the charge has ended unpaid. */
const RETRY = '<form method="post" action="/orders"><button>Retry payment</button></form>';
const CAUSES = [
    'payment_expired' => ['The time to pay has run out.', 'Please try again.'],
    'payment_rejected' => ['The payment was declined.', 'Please pay another way, or contact KakaoPay.'],
    'failed_processing' => ['The payment could not be processed.', 'Please try again.'],
    'invalid_account' => [
        'No account was found that can pay this way.',
        'Please check your KakaoPay account, or pay another way.',
    ],
    'insufficient_fund' => [
        'Your balance is too low, or a limit was reached.',
        'Please top up or check your limit, or pay another way.',
    ],
];
const OTHER_CAUSE = ['The payment was not completed.', 'Please try again, or pay another way.'];

function page(string $title, string ...$parts): string
{
    $blocks = array_map(fn ($part) => str_starts_with($part, '<') ? $part : "<p>$part</p>", $parts);
    return "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">\n"
        . '<meta name="viewport" content="width=device-width, initial-scale=1">'
        . "<title>$title</title><h1>$title</h1>" . implode('', $blocks) . '</html>';
}

/** The page of a returning buyer. The charge's failure_message is for the shop, not for the buyer. */
function return_page(array $order): string
{
    if ($order['shipped']) {
        return page('Payment successful', "We received ฿1,500.00 for order {$order['order']}.");
    }
    if ($order['status'] === 'expired') {
        return page('Payment expired', 'This payment was not completed in time. You can start a new one.', RETRY);
    }
    if ($order['status'] === 'failed') {
        $note = 'If KakaoPay shows that money was taken, please contact the shop before you try again.';
        return page('Payment failed', ...(CAUSES[$order['failure_code']] ?? OTHER_CAUSE), ...[$note, RETRY]);
    }
    return page(
        'Checking your payment',
        'We are checking your payment. Please do not pay again.',
        '<p><a href="">Check again</a></p>',
    );
}

/**
 * Only the charge, read from the service, proves that an order was paid: neither the buyer's return nor the
 * webhook does. Both only trigger a refresh.
 */
function refresh(string $order): array
{
    $charge = omise('GET', '/charges/' . file_get_contents(file_of($order)));
    $mine = $charge['metadata']['order'] === $order
        && $charge['amount'] === AMOUNT
        && $charge['currency'] === CURRENCY;
    // Of two concurrent calls, one creates the file.
    if ($charge['status'] === 'successful' && $mine && @fopen(file_of($order) . '.shipped', 'x')) {
        error_log("order $order: paid by {$charge['id']}, shipped");
    }
    $shipped = (int) is_file(file_of($order) . '.shipped');
    return [
        'order' => $order,
        'status' => $charge['status'],
        'shipped' => $shipped,
        'failure_code' => $charge['failure_code'],
    ];
}

/** The signature covers the received bytes, so they are parsed after the check. */
function is_genuine(string $body): bool
{
    $timestamp = $_SERVER['HTTP_OMISE_SIGNATURE_TIMESTAMP'] ?? '';
    if (!ctype_digit($timestamp) || abs(time() - (int) $timestamp) > TOLERANCE_SECONDS) {
        return false;
    }
    $key = base64_decode(setting('OMISE_WEBHOOK_SECRET'), true);
    $expected = hash_hmac('sha256', "$timestamp.$body", $key);
    // There are two signatures while a secret is being replaced.
    foreach (explode(',', $_SERVER['HTTP_OMISE_SIGNATURE'] ?? '') as $given) {
        if (hash_equals($expected, trim($given))) {
            return true;
        }
    }
    return false;
}

function receive_webhook(string $body): int
{
    if (!is_genuine($body)) {
        return 401;
    }
    $data = json_decode($body, true, flags: JSON_THROW_ON_ERROR)['data'];
    $order = $data['object'] === 'charge' ? (string) ($data['metadata']['order'] ?? '') : '';
    if (is_known($order)) {
        refresh($order);
    }
    return 200;
}

$path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
[, $place, $order] = explode('/', "$path//");
try {
    if ($_SERVER['REQUEST_METHOD'] === 'GET' && $place === '') {
        echo page('Shop', '<form method="post" action="/orders"><button>Buy for ฿1,500.00</button></form>');
    } elseif ($_SERVER['REQUEST_METHOD'] === 'POST' && $place === 'orders') {
        header('Location: ' . buy(), true, 303);
    } elseif ($_SERVER['REQUEST_METHOD'] === 'GET' && $place === 'orders' && is_known($order)) {
        $for_buyer = str_contains($_SERVER['HTTP_ACCEPT'] ?? '', 'text/html');
        $state = refresh($order);
        header('Vary: Accept');
        header('Content-Type: ' . ($for_buyer ? 'text/html; charset=utf-8' : 'application/json'));
        echo $for_buyer ? return_page($state) : json_encode($state);
    } elseif ($_SERVER['REQUEST_METHOD'] === 'POST' && $place === 'webhooks') {
        http_response_code(receive_webhook(file_get_contents('php://input')));
    } else {
        http_response_code(404);
    }
} catch (Exception $error) {
    error_log($error->getMessage());
    http_response_code(502);
}
