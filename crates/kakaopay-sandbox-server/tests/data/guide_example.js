Omise.setPublicKey(omise_public_key);
Omise.createSource('kakaopay', {
  "amount": 150000,
  "currency": "SGD",
  "platform_type": "WEB"
}, function(statusCode, response) {
  console.log(response)
});
