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
    return ['order' => $order, 'status' => $charge['status'], 'shipped' => $shipped];
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
        echo '<!doctype html><title>Shop</title><form method="post" action="/orders"><button>Buy for THB 1,500</button></form>';
    } elseif ($_SERVER['REQUEST_METHOD'] === 'POST' && $place === 'orders') {
        header('Location: ' . buy(), true, 303);
    } elseif ($_SERVER['REQUEST_METHOD'] === 'GET' && $place === 'orders' && is_known($order)) {
        header('Content-Type: application/json');
        echo json_encode(refresh($order));
    } elseif ($_SERVER['REQUEST_METHOD'] === 'POST' && $place === 'webhooks') {
        http_response_code(receive_webhook(file_get_contents('php://input')));
    } else {
        http_response_code(404);
    }
} catch (Exception $error) {
    error_log($error->getMessage());
    http_response_code(502);
}
